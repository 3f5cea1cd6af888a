import { isFields } from "../../../journal/fields.ts";

/** One line of a daprd's output. */
export interface DaprdLine {
  /** Null where the line is no log line of daprd's (a panic, for example). */
  readonly level: "debug" | "info" | "warn" | "error" | "fatal" | null;
  readonly text: string;
}

/** Longer lines are passed on in pieces, as they came. */
const LINE_LIMIT = 1024 * 1024;

/** Turns a daprd's output, as JSON, into lines for people: the message, and who in daprd says it. */
export class DaprdLog {
  readonly #onLine: (line: DaprdLine) => void;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(onLine: (line: DaprdLine) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LINE_LIMIT) {
      lines.push(this.#rest);
      this.#rest = "";
    }
    for (const line of lines) this.#tell(line);
  }

  /** The output has ended: a last line without newline counts as well. */
  end(): void {
    const last = this.#rest + this.#decoder.decode();
    this.#rest = "";
    this.#tell(last);
  }

  #tell(line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (text.trim() !== "") this.#onLine(readDaprdLine(text));
  }
}

/** Reads one line; keys as daprd writes them: `time`, `level`, `scope`, `msg`. */
export function readDaprdLine(line: string): DaprdLine {
  if (!line.startsWith("{")) return { level: null, text: line };
  try {
    const value: unknown = JSON.parse(line);
    if (!isFields(value) || typeof value["msg"] !== "string") return { level: null, text: line };
    const scope = typeof value["scope"] === "string" ? value["scope"].replace(/^dapr\./u, "") : "";
    const text = scope === "" ? value["msg"] : `${scope}: ${value["msg"]}`;
    return { level: LEVELS.get(String(value["level"])) ?? null, text };
  } catch {
    return { level: null, text: line };
  }
}

const LEVELS = new Map<string, NonNullable<DaprdLine["level"]>>([
  ["debug", "debug"],
  ["info", "info"],
  ["warning", "warn"],
  ["warn", "warn"],
  ["error", "error"],
  ["fatal", "fatal"],
  ["panic", "fatal"],
]);
