import { AgentsError } from "../model/errors.ts";
import type { RestartDecision } from "../model/restart.ts";
import type { Verdict } from "../model/state.ts";
import type { Exit } from "../resources/resource.ts";

/** `exit 1`, `SIGKILL`: how something ended, in as few words as a table has room for. */
export function exitText(exit: Exit): string {
  switch (exit.by) {
    case "code":
      return `exit ${exit.code}`;
    case "signal":
      return exit.outOfMemory === true ? "killed, out of memory" : exit.signal;
    case "spawn-error":
      return exit.message;
    default:
      return exit satisfies never;
  }
}

/** What ended, and all that is needed to say so. */
export interface Ended {
  readonly name: string;
  readonly exit: Exit;
  readonly wasReady: boolean;
  readonly oneShot: boolean;
  readonly lastWords: readonly string[];
}

/** Puts the decision of the restart policy into the words of the state machine. */
export function verdictOf(ended: Ended, decision: RestartDecision): Verdict {
  const { name, exit } = ended;
  switch (decision.do) {
    case "complete":
      return { to: "completed" };
    case "rest":
      return { to: "stopped", why: `ended by itself: ${exitText(exit)}` };
    case "give-up":
      return { to: "failed", error: endedError(ended) };
    case "not-set-up":
      return { to: "failed", error: notSetUpError(ended) };
    case "loop":
      return { to: "failed", error: crashLoopError(ended, decision) };
    case "retry": {
      const seconds = (decision.delayMs / 1000).toFixed(1);
      const nth = decision.nth > 1 ? `, crash ${decision.nth}` : "";
      return {
        to: "backoff",
        delayMs: decision.delayMs,
        why: `${exitText(exit)}${nth}; starts again in ${seconds} s (see agents logs ${name})`,
      };
    }
    default:
      return decision satisfies never;
  }
}

function crashLoopError(
  ended: Ended,
  loop: { readonly crashes: number; readonly withinMs: number },
): AgentsError {
  const seconds = Math.max(1, Math.round(loop.withinMs / 1000));
  const what = `${ended.name} crashed ${loop.crashes} times in ${seconds} s and is no longer restarted.`;
  return withLastWords("AGENTS_CRASH_LOOP", what, ended, afterSave(ended));
}

function notSetUpError(ended: Ended): AgentsError {
  const what = `${ended.name} cannot start as it is set up (${exitText(ended.exit)}) and is not restarted.`;
  return withLastWords("AGENTS_EXITED", what, ended, afterSave(ended));
}

function afterSave({ name }: Ended): string {
  return `It starts again when a file of it is saved, or with: agents restart ${name}`;
}

function endedError(ended: Ended): AgentsError {
  const { name, oneShot, wasReady } = ended;
  const what = oneShot
    ? `${name} did not run to a good end (${exitText(ended.exit)}).`
    : `${name} ended${wasReady ? "" : " before it was ready"} (${exitText(ended.exit)}) and is not restarted.`;
  return withLastWords("AGENTS_EXITED", what, ended, `Start it again with: agents restart ${name}`);
}

function withLastWords(
  code: "AGENTS_CRASH_LOOP" | "AGENTS_EXITED",
  what: string,
  { lastWords, exit, name }: Ended,
  hint: string,
): AgentsError {
  const message = lastWords.length > 0 ? `${what} Last words:` : `${what} It wrote nothing.`;
  return new AgentsError(code, message, {
    path: name,
    found: exitText(exit),
    hint,
    ...(lastWords.length > 0 ? { lines: lastWords } : {}),
  });
}

/** For where there is no room for them: they are in its log. */
export function withoutLastWords(message: string): string {
  return message.replace(/ Last words:$/, "");
}

/** Whatever a start was rejected with, as an error that can be shown. */
export function startError(name: string, error: unknown): AgentsError {
  if (error instanceof AgentsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AgentsError("AGENTS_SPAWN_FAILED", `${name} cannot start: ${message}`, { cause: error });
}

/** `ignores SIGTERM, killed in 6 s` */
export function stubbornText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `ignores SIGTERM, killed in ${seconds} s`;
}
