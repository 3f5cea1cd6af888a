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

export interface PortOptions {
  readonly isolated: boolean;
  /** Promised to others. */
  readonly taken?: ReadonlySet<number>;
  /** Held by what is stopped before these agents start: as good as free. */
  readonly leaving?: ReadonlySet<number>;
  /** What agents have already: it stays as it is and is not looked at. */
  readonly kept?: ReadonlyMap<string, Partial<AgentPorts>>;
}

/**
 * Agents' ports are strict: one that is taken starts nothing. Sidecars' ports are preferred (they lie in the range from
 * which the system takes ports for outgoing connections). `isolated` chooses all of them freely.
 *
 * @throws AgentsError AGENTS_PORT_TAKEN
 */
export async function choosePorts(
  agents: readonly ResolvedAgent[],
  { isolated, taken = new Set(), leaving = new Set(), kept = new Map() }: PortOptions,
): Promise<ChosenPorts> {
  const strict = isolated
    ? []
    : agents.flatMap(({ name, port }) =>
        port === null || kept.get(name)?.port !== undefined ? [] : [{ name, port }],
      );
  await assertPortsFree(strict.filter(({ port }) => !leaving.has(port)));
  const wanted = new Set(strict.map(({ port }) => port));
  const keptSidecar = (name: string): number | null => {
    const port = kept.get(name)?.sidecarPort ?? null;
    return port === null || wanted.has(port) ? null : port;
  };
  const used = new Set([
    ...taken,
    ...wanted,
    ...agents.flatMap(({ name }) => [kept.get(name)?.port ?? [], keptSidecar(name) ?? []].flat()),
  ]);
  const free = async (): Promise<number> => {
    const port = await findFreePort(used);
    if (port === 0)
      throw new AgentsError("AGENTS_PORT_TAKEN", "No port of loopback is free.", { hint: "Stop something." });
    used.add(port);
    return port;
  };
  const notices: string[] = [];
  const sidecarPort = async (agent: ResolvedAgent): Promise<number> => {
    const preferred = isolated ? null : agent.sidecarPort;
    if (preferred === null) return await free();
    if (!used.has(preferred) && (leaving.has(preferred) || (await isPortFree(preferred)))) {
      used.add(preferred);
      return preferred;
    }
    const port = await free();
    notices.push(`port ${preferred} is taken: the sidecar of ${agent.name} listens on ${port} instead`);
    return port;
  };
  const byAgent = new Map<string, AgentPorts>();
  for (const agent of agents) {
    const { name } = agent;
    const own = isolated ? null : agent.port;
    byAgent.set(name, {
      port: kept.get(name)?.port ?? own ?? (await free()),
      sidecarPort: agent.sidecar === false ? null : (keptSidecar(name) ?? (await sidecarPort(agent))),
    });
  }
  return { byAgent, notices };
}

/**
 * Ports for all agents of a run. Those that are not started now keep the ports that they prefer; whether those are free is
 * looked at when they start.
 *
 * @throws AgentsError AGENTS_PORT_TAKEN
 */
export async function choosePortsOfRun(
  agents: readonly ResolvedAgent[],
  selected: readonly string[],
  isolated: boolean,
): Promise<ChosenPorts> {
  const now = agents.filter(({ name }) => selected.includes(name));
  const later = agents.filter(({ name }) => !selected.includes(name));
  const kept = new Map(
    later.flatMap(({ name, port }) => (isolated || port === null ? [] : [[name, { port }] as const])),
  );
  return await choosePorts([...now, ...later], { isolated, kept });
}
