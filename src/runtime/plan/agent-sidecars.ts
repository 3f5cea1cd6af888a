import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import type { SidecarChoice } from "./sidecar-choice.ts";

/** What serves one agent's sidecar. */
export type SidecarKind = "daprd" | "embedded";

/** What serves each agent's sidecar in this run; agents without one are not in it. */
export interface AgentSidecars {
  readonly byAgent: ReadonlyMap<string, SidecarKind>;
  readonly problems: readonly AgentsError[];
  /** What does not work between them. */
  readonly notices: readonly string[];
}

/** What an agent may ask for, and what there is. */
export interface AgentSidecarInput {
  /** What serves those that ask for nothing. */
  readonly choice: SidecarChoice;
  /** Null: a daprd can be started for whoever asks for it; else why not. */
  readonly noDaprd: string | null;
}

/** Each agent's own word (`sidecar: "daprd"`, `"embedded"`) goes before the run's choice. */
export function chooseAgentSidecars(
  { agents }: Pick<ResolvedConfig, "agents">,
  { choice, noDaprd }: AgentSidecarInput,
): AgentSidecars {
  const byAgent = new Map<string, SidecarKind>();
  const problems: AgentsError[] = [];
  for (const agent of Object.values(agents)) {
    const { name, sidecar } = agent;
    if (sidecar === false) continue;
    byAgent.set(name, sidecar === "auto" ? choice.as : sidecar);
    if (sidecar === "daprd" && noDaprd !== null) problems.push(noDaprdError(agent, noDaprd));
  }
  return { byAgent, problems, notices: mixedNotices(byAgent) };
}

function of(byAgent: ReadonlyMap<string, SidecarKind>, kind: SidecarKind): readonly string[] {
  return [...byAgent].flatMap(([name, one]) => (one === kind ? [name] : []));
}

/** Two kinds of sidecars share the bus and the state, and cannot call each other: that takes Dapr's internal gRPC. */
function mixedNotices(byAgent: ReadonlyMap<string, SidecarKind>): readonly string[] {
  const [daprd, embedded] = [of(byAgent, "daprd"), of(byAgent, "embedded")];
  if (daprd.length === 0 || embedded.length === 0) return [];
  return [
    `daprd serves ${daprd.join(", ")}, the embedded sidecar ${embedded.join(", ")}: events and state reach all of them, service invocation only those of the same kind.`,
  ];
}

function noDaprdError({ name }: ResolvedAgent, why: string): AgentsError {
  return new AgentsError("AGENTS_DAPRD_NOT_FOUND", `${name} asks for a daprd sidecar, and ${why}.`, {
    path: `agents.${name}.sidecar`,
    found: "daprd",
    expected: "embedded, or a real Redis and a daprd that can be started",
    hint: "Leave `sidecar` out to have what is there, install daprd with `dapr init --slim`, or give a Redis with AGENTS_REDIS_URL.",
  });
}
