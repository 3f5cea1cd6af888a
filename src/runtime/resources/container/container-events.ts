import { constants } from "node:os";
import type { Exit } from "../resource.ts";

/** What Docker's event stream tells of one container, as far as it matters here; and of the stream itself. */
export type ContainerEvent =
  | { readonly on: "die"; readonly exitCode: number }
  | { readonly on: "kill"; readonly signal: string }
  /** The kernel killed a process in it for want of memory; not necessarily the first one. */
  | { readonly on: "oom" }
  | { readonly on: "pause" }
  | { readonly on: "unpause" }
  | { readonly on: "destroy" }
  /** Docker no longer answers: nothing is known of the container from here on. */
  | { readonly on: "lost" }
  /** Docker answers again: look at it. */
  | { readonly on: "back" };

/** One line of `GET /events`. */
export interface EventMessage {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/**
 * The order of Docker's events, where it is surprising: a `kill` may come without a `die` (the signal was handled); `oom`
 * comes before `die`, or alone if the first process survives; `docker restart` is kill, die, stop, start, restart; `stop` and
 * `die` come in any order; `docker rm -f` is kill, die, destroy; a daemon that stops tells the deaths it causes only
 * sometimes. So only `die` and `destroy` end a life, and after a silence the container itself is asked.
 */
export function containerEvent({ Action: action = "", Actor }: EventMessage): ContainerEvent | null {
  const attributes = Actor?.Attributes ?? {};
  switch (action) {
    case "die":
      return { on: "die", exitCode: Number(attributes["exitCode"] ?? 0) };
    case "kill":
      return { on: "kill", signal: signalName(Number(attributes["signal"])) ?? attributes["signal"] ?? "" };
    case "oom":
    case "pause":
    case "unpause":
    case "destroy":
      return { on: action };
    default:
      return null;
  }
}

/** What an exit code of Docker's means. 128 + n is how it reports the signal n. */
export function exitOf(exitCode: number, outOfMemory: boolean): Exit {
  const signal = exitCode > 128 ? signalName(exitCode - 128) : null;
  if (signal === null) return { by: "code", code: exitCode };
  return outOfMemory && signal === "SIGKILL"
    ? { by: "signal", signal, outOfMemory }
    : { by: "signal", signal };
}

function signalName(number: number): string | null {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}
