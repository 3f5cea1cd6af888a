import { unmet } from "../model/graph.ts";
import type { ResourceView, RunState } from "../model/snapshot.ts";
import type { NodeFacts } from "./node.ts";
import type { Unit } from "./unit.ts";
import type { Waits } from "./waiting.ts";
import { waitingText } from "./waiting.ts";

/** One unit as front ends see it. */
export function viewOf(unit: Unit, facts: NodeFacts, waits: Waits): ResourceView {
  const { name, node, state } = unit;
  const waiting = state.at === "waiting";
  // What it is served by, and why, is known from its start on.
  const isUp = state.at === "ready" || state.at === "starting";
  return {
    name,
    kind: facts.kind,
    implementation: facts.implementation,
    state: state.at,
    reason: waiting
      ? waitingText(waits, name)
      : reasonOf(unit.reason, isUp ? (facts.note ?? null) : null, facts),
    version: facts.version,
    image: facts.image,
    pid: unit.pid,
    port: facts.port,
    url: facts.url,
    agent: facts.agent,
    replica: facts.replica,
    llm: facts.llm,
    progress: facts.progress,
    restarts: unit.restarts,
    lastExit: unit.lastExit,
    startedAt: unit.alive || state.at === "completed" ? unit.startedAt : null,
    readyAt: unit.readyAt,
    dependsOn: Object.keys(node.dependsOn),
    waitsFor: waiting ? unmet(waits.graph(), name, waits.stateOf).map((dependency) => dependency.name) : [],
  };
}

/** An agent that was restarted still has its own to say: a prompt that is broken. */
function reasonOf(reason: string | null, note: string | null, { kind }: NodeFacts): string | null {
  if (reason === null || note === null) return reason ?? note;
  return kind === "agent" ? `${reason}; ${note}` : reason;
}

/** Whether two views of the same resource show the same; they are flat but for a few small values. */
export function sameView(left: ResourceView | undefined, right: ResourceView): boolean {
  return left !== undefined && JSON.stringify(left) === JSON.stringify(right);
}

/** The state of the whole. What a person stopped does not count against it. */
export function runStateOf(units: Iterable<Unit>, closing: boolean): RunState {
  if (closing) return "stopping";
  let coming = false;
  for (const { state } of units) {
    switch (state.at) {
      case "failed":
      case "unhealthy":
      case "backoff":
        return "degraded";
      case "stopped":
        if (state.why !== null) return "degraded";
        break;
      case "waiting":
      case "starting":
        coming = true;
        break;
      case "stopping":
        coming ||= state.afterwards === "waiting";
        break;
      case "ready":
      case "completed":
        break;
      default:
        return state satisfies never;
    }
  }
  return coming ? "starting" : "ready";
}
