import { AgentsError } from "../model/errors.ts";
import type { ResourceView } from "../model/snapshot.ts";
import type { Unit } from "./unit.ts";

/** How a start came out. */
export type Settlement =
  | { readonly by: "ready" }
  /** Something that is not optional failed; the error names it. */
  | { readonly by: "failed"; readonly name: string; readonly error: AgentsError }
  | { readonly by: "timeout"; readonly error: AgentsError }
  /** The stop of everything began first. */
  | { readonly by: "stopped" };

/** How the start has come out, or null while that is open. */
export function settlementOf(units: readonly Unit[], closing: boolean): Settlement | null {
  if (closing) return { by: "stopped" };
  for (const { name, node, state } of units) {
    if (state.at === "failed" && !node.optional) return { by: "failed", name, error: state.error };
  }
  return units.every(isSettled) ? { by: "ready" } : null;
}

function isSettled({ state, node }: Unit): boolean {
  return state.at === "ready" || state.at === "completed" || state.at === "stopped" || node.optional;
}

/** Says of everything that is not ready what it waits for. */
export function notReadyError(views: readonly ResourceView[], waitedMs: number): AgentsError {
  const late = views.filter(({ state }) => !["ready", "completed", "stopped"].includes(state));
  const names = late.map(({ name }) => name);
  const what = `${names.join(", ")} ${names.length === 1 ? "is" : "are"} not ready after ${Math.round(waitedMs / 1000)} s.`;
  return new AgentsError("AGENTS_NOT_READY", names.length === 0 ? "Not ready in time." : what, {
    expected: "everything to be ready",
    found: late.map(({ name, state }) => `${name}: ${state}`).join(", "),
    hint: `${lookAt(late)}, or wait longer: agents up --wait-timeout SECONDS`,
    lines: late.map(
      ({ name, state, reason }) => `${name} ${reason === null ? `is ${state}` : sentence(state, reason)}`,
    ),
  });
}

/** What is external writes no log of ours. */
function lookAt(late: readonly ResourceView[]): string {
  const own = late.find(({ kind }) => kind !== "external");
  if (own !== undefined) return `Look at what it says (agents logs ${own.name})`;
  return `Start it yourself${late[0]?.url === null || late[0] === undefined ? "" : ` (${late[0].url})`}, correct its url in the config`;
}

function sentence(state: ResourceView["state"], reason: string): string {
  switch (state) {
    case "waiting":
      return reason;
    case "starting":
      return `${reason} yet`;
    case "ready":
    case "unhealthy":
    case "backoff":
    case "failed":
    case "stopping":
    case "stopped":
    case "completed":
      return `is ${state}: ${reason}`;
    default:
      return state satisfies never;
  }
}
