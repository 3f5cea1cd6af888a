import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import type { SidecarChoice } from "./sidecar-choice.ts";

/** What serves one agent's sidecar. */
export type SidecarKind = "daprd" | "embedded";

/** What serves each agent's sidecar in this run; agents without one are not in it. */
export interface AgentSidecars {
  readonly byAgent: ReadonlyMap<string, SidecarKind>;
  readonly problems: readonly AgentsError[];
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
  const [daprd] = of(byAgent, "daprd");
  const [embedded] = of(byAgent, "embedded");
  if (problems.length === 0 && daprd !== undefined && embedded !== undefined)
    problems.push(mixedError(daprd, embedded));
  return { byAgent, problems };
}

function of(byAgent: ReadonlyMap<string, SidecarKind>, kind: SidecarKind): readonly string[] {
  return [...byAgent].flatMap(([name, one]) => (one === kind ? [name] : []));
}

/** The embedded sidecar has a bus of its own, which a daprd cannot reach. */
function mixedError(daprd: string, embedded: string): AgentsError {
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `${daprd} has a daprd and ${embedded} an embedded sidecar: no event would go from one to the other.`,
    {
      path: `agents.${embedded}.sidecar`,
      found: "embedded",
      expected: "one kind of sidecar for all agents of a run",
      hint: "Leave `sidecar` out everywhere, or say the same everywhere.",
    },
  );
}

function noDaprdError({ name }: ResolvedAgent, why: string): AgentsError {
  return new AgentsError("AGENTS_DAPRD_NOT_FOUND", `${name} asks for a daprd sidecar, and ${why}.`, {
    path: `agents.${name}.sidecar`,
    found: "daprd",
    expected: "embedded, or a real Redis and a daprd that can be started",
    hint: "Leave `sidecar` out to have what is there, install daprd with `dapr init --slim`, or give a Redis with AGENTS_REDIS_URL.",
  });
}
