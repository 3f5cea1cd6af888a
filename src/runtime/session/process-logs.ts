import type { Readable } from "node:stream";
import type { LogStore, LogWriter } from "../feed/log-store.ts";
import { TurnBudget } from "../feed/turn-budget.ts";

/** How many last lines an error quotes. */
const LAST_WORDS = 8;

/** The writers of all that runs, one per incarnation: the output of two of them never runs into one line. */
export class ProcessLogs {
  readonly #store: LogStore;
  readonly #writers = new Map<string, LogWriter>();
  /** Where the lines of the newest incarnation that wrote any begin. */
  readonly #began = new Map<string, number>();
  readonly #budget = new TurnBudget();

  constructor(store: LogStore) {
    this.#store = store;
  }

  /** Reads output without ever keeping the event loop for itself: one flood holds nobody else up. */
  readonly read = (stream: Readable, onChunk: (chunk: Buffer) => void): void =>
    this.#budget.read(stream, onChunk);

  write(resource: string, stream: "stdout" | "stderr", chunk: Uint8Array): void {
    let writer = this.#writers.get(resource);
    if (writer === undefined) {
      writer = this.#store.writer(resource);
      this.#writers.set(resource, writer);
      this.#began.set(resource, writer.after);
    }
    writer.write(stream, chunk);
  }

  /** The incarnation is gone: a last line without newline is kept. */
  end(resource: string): void {
    this.#writers.get(resource)?.end();
    this.#writers.delete(resource);
  }

  /** Of its last life alone: what crashes again and again says the same each time. */
  lastWords(resource: string): readonly string[] {
    const after = this.#began.get(resource) ?? 0;
    return this.#store.lastLines(resource, LAST_WORDS, after).map(({ text }) => text);
  }
}
