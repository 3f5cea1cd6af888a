import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import type { AgentContext } from "./agent-node.ts";
import { agentNode } from "./agent-node.ts";
import type { AgentPorts } from "./choose-ports.ts";

/** The agents of a run as they are configured now; a saved config changes them. */
export class System {
  readonly #agents = new Map<string, ResolvedAgent>();
  readonly #ports = new Map<string, AgentPorts>();
  config: ResolvedConfig;

  constructor(config: ResolvedConfig, ports: ReadonlyMap<string, AgentPorts>) {
    this.config = config;
    for (const agent of Object.values(config.agents)) this.set(agent, ports.get(agent.name));
  }

  get agents(): ReadonlyMap<string, ResolvedAgent> {
    return this.#agents;
  }

  ports(agent: string): AgentPorts {
    const ports = this.#ports.get(agent);
    if (ports === undefined) throw new Error(`no ports were chosen for ${agent}`);
    return ports;
  }

  /** The ports of all agents but these. */
  portsBeside(agents: ReadonlySet<string>): ReadonlySet<number> {
    const others = [...this.#ports].filter(([name]) => !agents.has(name));
    return new Set(others.flatMap(([, { port, sidecarPort }]) => [port, sidecarPort ?? port]));
  }

  /** Takes what it is now; the answer brings that back. */
  save(): () => void {
    const agents = new Map(this.#agents);
    const ports = new Map(this.#ports);
    const { config } = this;
    return () => {
      this.#agents.clear();
      this.#ports.clear();
      for (const [name, agent] of agents) this.set(agent, ports.get(name));
      this.config = config;
    };
  }

  set(agent: ResolvedAgent, ports: AgentPorts | undefined): void {
    this.#agents.set(agent.name, agent);
    if (ports !== undefined) this.#ports.set(agent.name, ports);
  }

  delete(agent: string): void {
    this.#agents.delete(agent);
    this.#ports.delete(agent);
  }

  /** An agent and its sidecar as things to supervise. */
  nodes(agent: ResolvedAgent, context: AgentContext): readonly SupervisedNode[] {
    const ports = this.ports(agent.name);
    if (agent.sidecar === false) return [agentNode(agent, ports, context)];
    // First: the agent's node is told what serves its sidecar.
    const sidecar = context.sidecars.node(agent, ports);
    return [sidecar, agentNode(agent, ports, context)];
  }
}
