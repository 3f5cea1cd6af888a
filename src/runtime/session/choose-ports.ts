import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";
import { assertPortsFree, findFreePort, isPortFree } from "../resources/process/ports.ts";

/** The ports of one agent and its sidecar in this run. */
export interface AgentPorts {
  readonly port: number;
  /** Null: it has no sidecar. */
  readonly sidecarPort: number | null;
}

export interface ChosenPorts {
  readonly byAgent: ReadonlyMap<string, AgentPorts>;
  /** One line for each sidecar that could not have the port it prefers. */
  readonly notices: readonly string[];
}

/**
 * Agents' ports are strict: one that is taken starts nothing. Sidecars' ports are preferred (they lie in the range from
 * which the system takes ports for outgoing connections). `isolated` chooses all of them freely.
 *
 * @throws AgentsError AGENTS_PORT_TAKEN
 */
export async function choosePorts(
  agents: readonly ResolvedAgent[],
  { isolated, taken = new Set() }: { readonly isolated: boolean; readonly taken?: ReadonlySet<number> },
): Promise<ChosenPorts> {
  const strict = isolated ? [] : agents.flatMap(({ name, port }) => (port === null ? [] : [{ name, port }]));
  await assertPortsFree(strict);
  const used = new Set([...taken, ...strict.map(({ port }) => port)]);
  const free = async (): Promise<number> => {
    const port = await findFreePort(used);
    if (port === 0)
      throw new AgentsError("AGENTS_PORT_TAKEN", "No port of loopback is free.", { hint: "Stop something." });
    used.add(port);
    return port;
  };
  const notices: string[] = [];
  const byAgent = new Map<string, AgentPorts>();
  for (const agent of agents) {
    const port = isolated || agent.port === null ? await free() : agent.port;
    byAgent.set(agent.name, {
      port,
      sidecarPort: agent.sidecar ? await sidecarPort(agent, isolated, used, free, notices) : null,
    });
  }
  return { byAgent, notices };
}

async function sidecarPort(
  agent: ResolvedAgent,
  isolated: boolean,
  used: Set<number>,
  free: () => Promise<number>,
  notices: string[],
): Promise<number> {
  const preferred = isolated ? null : agent.sidecarPort;
  if (preferred === null) return await free();
  if (!used.has(preferred) && (await isPortFree(preferred))) {
    used.add(preferred);
    return preferred;
  }
  const port = await free();
  notices.push(`port ${preferred} is taken: the sidecar of ${agent.name} listens on ${port} instead`);
  return port;
}
