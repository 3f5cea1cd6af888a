import type { RunClient } from "../../runtime/control/run-client.ts";
import type { ResourceAction } from "../../runtime/control/run-control.ts";
import type { ErrorCode } from "../../runtime/model/errors.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { ResourceView } from "../../runtime/model/snapshot.ts";
import { notReadyError } from "../../runtime/supervisor/settlement.ts";

export interface Patience {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Acts on resources and waits for the outcome, but not for ever: what was begun goes on, only the waiting ends.
 *
 * @throws AgentsError AGENTS_NOT_READY naming what it waited for; AGENTS_INTERRUPTED.
 */
export async function actInTime(
  client: RunClient,
  action: ResourceAction,
  names: readonly string[],
  { signal, timeoutMs }: Patience,
): Promise<readonly ResourceView[]> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await client.act(action, names, AbortSignal.any([signal, late]));
  } catch (error) {
    if (signal.aborted || !late.aborted) throw error;
    const { resources } = await client.run(signal);
    const asked = resources.filter(({ name, agent }) => names.includes(name) || names.includes(agent ?? ""));
    throw waitLonger(notReadyError(asked, timeoutMs), names, action, hintFor(asked));
  }
}

/**
 * Checks that what was named runs now; what it needs is looked at only where it does not.
 *
 * @throws AgentsError what failed, for its reason; AGENTS_NOT_READY where something is not ready.
 */
export async function assertRuns(
  client: Pick<RunClient, "failure">,
  names: readonly string[],
  touched: readonly ResourceView[],
): Promise<void> {
  const asked = touched.filter(({ name, agent }) => names.includes(name) || names.includes(agent ?? ""));
  const late = asked.filter(({ state }) => state !== "ready" && state !== "completed");
  if (late.length === 0) return;
  const failed = [...late, ...touched].find(({ state }) => state === "failed");
  if (failed !== undefined) throw (await client.failure(failed.name)) ?? failedError(failed);
  const them = late.map(({ name }) => name).join(", ");
  throw new AgentsError("AGENTS_NOT_READY", `${them} ${late.length === 1 ? "is" : "are"} not ready.`, {
    expected: "everything to be ready",
    found: late.map(({ name, state }) => `${name}: ${state}`).join(", "),
    lines: late.map(
      ({ name, state, reason }) => `${name} is ${state}${reason === null ? "" : `: ${reason}`}`,
    ),
    hint: hintFor(late),
  });
}

/** What is external writes no log of ours. */
function hintFor(late: readonly ResourceView[]): string {
  const own = late.find(({ kind }) => kind !== "external");
  return own === undefined
    ? "It is not ours to start: start it yourself, or correct its url in the config."
    : `Look at what it says: agents logs ${own.name}.`;
}

function failedError(failed: ResourceView): AgentsError {
  const { name, reason } = failed;
  return new AgentsError(codeOf(failed), reason ?? `${name} failed.`, {
    path: name,
    expected: "ready",
    found: "failed",
    hint: `See what it said with: agents logs ${name}`,
  });
}

/** A view tells why in words, not in codes; how often it ran and ended tells the rest. */
function codeOf({ lastExit, restarts }: ResourceView): ErrorCode {
  if (lastExit === null) return "AGENTS_SPAWN_FAILED";
  return restarts > 0 ? "AGENTS_CRASH_LOOP" : "AGENTS_EXITED";
}

function waitLonger(
  { code, message, details }: AgentsError,
  names: readonly string[],
  action: ResourceAction,
  look: string,
): AgentsError {
  const again = `agents ${action} ${names.join(" ")} --wait-timeout SECONDS`;
  const hint = `It goes on. ${look} Or wait longer: ${again}`;
  return new AgentsError(code, message, { ...details, hint });
}
