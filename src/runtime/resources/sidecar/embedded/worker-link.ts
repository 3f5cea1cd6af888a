import { Worker } from "node:worker_threads";
import { AgentsError } from "../../../model/errors.ts";
import type { SidecarEvent } from "../sidecar-host.ts";
import { unpackError } from "./cross-error.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";
import type { CallName, HostCalls, Message } from "./messages.ts";

/** As source or as built, as this file is. */
const WORKER = new URL(import.meta.resolve("#sidecar-worker"));
/** A worker that has been asked to end and does not is ended. */
const CLOSE_TIMEOUT_MS = 3000;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/**
 * One worker thread, from its start to its end: calls, their answers, and what it tells by itself. It may be made before
 * it is known what for; until it is opened it keeps no process alive.
 */
export class WorkerLink {
  /** Nothing of the thread is left: its files and ports are free. */
  readonly exited: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #tell: (event: SidecarEvent) => void = () => undefined;
  #next = 0;
  #ended: Error | null = null;
  #opened = false;
  #closing = false;

  constructor() {
    this.#worker = new Worker(WORKER, { name: "agents-sidecar" });
    this.#worker.on("message", (message: Message) => this.#receive(message));
    this.#worker.on("error", (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.exited = new Promise((exited) => {
      this.#worker.once("exit", (code) => {
        if (!this.#closing) this.#fail(new Error(`its thread ended with code ${code}`));
        this.#rejectWaiting(this.#ended ?? closedError());
        exited();
      });
    });
    this.#worker.unref();
  }

  /**
   * Tells it what to serve. Afterwards it is in use, or has ended.
   *
   * @throws AgentsError what is wrong where it cannot serve.
   */
  async open(options: EmbeddedHostOptions, tell: (event: SidecarEvent) => void): Promise<void> {
    this.#worker.ref();
    this.#opened = true;
    this.#tell = tell;
    try {
      await this.ask("open", options);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** It has failed or was closed: every call is refused. */
  get ended(): boolean {
    return this.#ended !== null;
  }

  ask<Name extends CallName>(call: Name, args: HostCalls[Name]["args"]): Promise<HostCalls[Name]["answer"]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#next += 1;
    const n = this.#next;
    return new Promise((resolve, reject) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker answers each call with its own type
      this.#waiting.set(n, { resolve: (answer) => resolve(answer as HostCalls[Name]["answer"]), reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      this.#worker.postMessage({ n, call, args });
    });
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return this.exited;
    this.#closing = true;
    if (!this.#opened) {
      this.#ended = closedError();
      await this.#worker.terminate(); // it holds nothing yet
      return;
    }
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
    const closing = this.ask("close", null).catch(() => {
      // It ended before it answered: that is what was wanted.
    });
    this.#ended = closedError();
    await closing;
    await this.exited;
    clearTimeout(timer);
  }

  #receive(message: Message): void {
    if (message.type === "event") return this.#tell(message.event);
    const waiting = this.#waiting.get(message.n);
    this.#waiting.delete(message.n);
    if (message.type === "answer") waiting?.resolve(message.answer);
    else waiting?.reject(unpackError(message.error));
  }

  #fail(cause: Error): void {
    if (this.#ended !== null) return;
    this.#ended = new AgentsError("AGENTS_SIDECAR_FAILED", `the embedded sidecar ended: ${cause.message}`, {
      cause,
    });
    this.#rejectWaiting(this.#ended);
    this.#tell({ type: "failed", message: this.#ended.message });
  }

  #rejectWaiting(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** What every call of a host that was closed is refused with. */
export function closedError(): Error {
  return new AgentsError("AGENTS_SIDECAR_FAILED", "the embedded sidecar has been closed");
}
