import type { Graph } from "../model/graph.ts";
import { unmet } from "../model/graph.ts";
import type { State } from "../model/state.ts";
import type { SupervisedNode } from "./node.ts";

/** What is needed to say why something waits. */
export interface Waits {
  readonly graph: () => Graph;
  readonly stateOf: (name: string) => State;
  readonly nodeOf: (name: string) => SupervisedNode | undefined;
  /** What a resource itself says about its state, for example how far a download is. */
  readonly noteOf: (name: string) => string | null;
}

/** Why `name` waits, for people: `waits for its sidecar, which waits for redis: starting`. Null when it need not wait. */
export function waitingText(waits: Waits, name: string): string | null {
  const [first, ...others] = unmet(waits.graph(), name, waits.stateOf);
  if (first === undefined) return null;
  const more = others.length === 0 ? "" : ` (and for ${others.map((other) => other.name).join(", ")})`;
  return `waits for ${chain(waits, name, first.name)}${more}`;
}

/** The graph has no cycles, so this ends. */
function chain(waits: Waits, name: string, dependency: string): string {
  const node = waits.nodeOf(dependency);
  const called = node?.facts.kind === "sidecar" && node.facts.agent === name ? "its sidecar" : dependency;
  const state = waits.stateOf(dependency);
  if (state.at === "waiting") {
    const [further] = unmet(waits.graph(), dependency, waits.stateOf);
    return further === undefined
      ? `${called}: waiting`
      : `${called}, which waits for ${chain(waits, dependency, further.name)}`;
  }
  return `${called}: ${stateText(waits, dependency, state)}`;
}

function stateText(waits: Waits, name: string, state: State): string {
  switch (state.at) {
    case "failed":
      return `failed (agents restart ${name} tries again)`;
    case "stopped":
      return `stopped (agents start ${name})`;
    case "ready":
      return waits.nodeOf(name)?.oneShot === true ? "running" : "ready, but not completed";
    case "starting":
    case "unhealthy":
    case "backoff": {
      const note = waits.noteOf(name);
      return note === null ? state.at : `${state.at}, ${note}`;
    }
    case "waiting":
    case "stopping":
    case "completed":
      return state.at;
    default:
      return state satisfies never;
  }
}

/** Whether `name` waits for something that does not come by itself any more: somebody has to do something first. */
export function isBlocked(waits: Waits, name: string): boolean {
  return unmet(waits.graph(), name, waits.stateOf).some((dependency) => {
    const { at } = waits.stateOf(dependency.name);
    return at === "failed" || at === "stopped" || (at === "waiting" && isBlocked(waits, dependency.name));
  });
}
