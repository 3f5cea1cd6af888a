import type { LogLine } from "../../runtime/feed/log-line.ts";

/** Complaints of one resource that are alike, counted once the first was shown. */
export interface Repeated {
  readonly resource: string;
  /** Of the first one. */
  readonly text: string;
  readonly more: number;
  readonly seconds: number;
}

interface Open {
  readonly resource: string;
  readonly text: string;
  readonly since: number;
  more: number;
}

/** For so long what is alike is counted instead of shown. */
const WINDOW_MS = 30_000;
/** What differs from one complaint to the next of its kind: topics and other dotted names, ids, numbers, what is quoted. */
const VARIABLE = /[\w-]+(?:\.[\w-]+){2,}|[0-9a-f]{8}-[0-9a-f-]{27}|"[^"]*"|'[^']*'|\d+/giu;

/**
 * Keeps hundreds of complaints that say the same off the terminal: the first is shown, the others of the next half minute are
 * counted. The log file has all of them. Clock values are parameters, in ms.
 */
export class Repeats {
  readonly #open = new Map<string, Open>();

  /** Whether a line is to be shown. */
  shows({ resource, level, text }: Pick<LogLine, "resource" | "level" | "text">, now: number): boolean {
    if (level !== "warn" && level !== "error" && level !== "fatal") return true;
    const kind = `${resource}\0${level}\0${text.replaceAll(VARIABLE, "#")}`;
    const there = this.#open.get(kind);
    if (there === undefined) {
      this.#open.set(kind, { resource, text, since: now, more: 0 });
      return true;
    }
    there.more += 1;
    return false;
  }

  /** When the next window is over; null: none is open. */
  get nextEnd(): number | null {
    const [first] = this.#open.values();
    return first === undefined ? null : first.since + WINDOW_MS;
  }

  /** What was counted in windows that are over; `all`: in all of them. */
  take(now: number, all = false): readonly Repeated[] {
    const over: Repeated[] = [];
    // In the order in which they began.
    for (const [kind, { resource, text, since, more }] of this.#open) {
      if (!all && now - since < WINDOW_MS) break;
      this.#open.delete(kind);
      if (more > 0)
        over.push({ resource, text, more, seconds: Math.max(1, Math.round((now - since) / 1000)) });
    }
    return over;
  }
}
