import { isDeepStrictEqual } from "node:util";
import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import type { SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { AgentContext } from "./agent-node.ts";
import { choosePorts } from "./choose-ports.ts";
import type { Programs } from "./programs.ts";
import { sidecarName } from "./sidecar-node.ts";
import { assertSupported } from "./supported.ts";
import type { System } from "./system.ts";
import type { Teller } from "./teller.ts";

export interface ConfigChangesParts {
  readonly system: System;
  readonly supervisor: Supervisor;
  readonly programs: Programs;
  readonly host: SidecarHost;
  readonly context: AgentContext;
  readonly isolated: boolean;
  readonly tell: Teller;
}

/** What a saved config came to. */
export interface AppliedChanges {
  /** Agents that are new or changed. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Brings a run to what a saved config says: agents that did not change are not touched. */
export class ConfigChanges {
  readonly #parts: ConfigChangesParts;

  constructor(parts: ConfigChangesParts) {
    this.#parts = parts;
  }

  /**
   * Everything that can be found wrong is found before anything is stopped.
   *
   * @throws AgentsError a port that is taken, an entry that is missing or broken, what this version cannot run.
   */
  async apply(next: ResolvedConfig): Promise<AppliedChanges> {
    const { system, supervisor, programs, host, context, tell } = this.#parts;
    const agents = Object.values(next.agents);
    assertSupported(next, agents);
    this.#tellWhatWaits(next);
    const removed = [...system.agents.keys()].filter((name) => next.agents[name] === undefined);
    const added = agents.filter(({ name }) => !system.agents.has(name));
    const changed = agents.filter((agent) => {
      const before = system.agents.get(agent.name);
      return before !== undefined && !isDeepStrictEqual(before, agent);
    });
    const ports = await this.#ports(added, changed);
    await Promise.all([...added, ...changed].map(async (agent) => await programs.prepare(agent)));

    const before = new Map(changed.map((agent) => [agent.name, system.agents.get(agent.name)]));
    for (const agent of [...added, ...changed]) system.set(agent, ports.get(agent.name));
    for (const name of removed) system.delete(name);
    system.config = next;
    const nodesOf = (agent: ResolvedAgent): readonly SupervisedNode[] => system.nodes(agent, context);
    const known = new Set(supervisor.view().resources.map(({ name }) => name));
    const changedNodes = changed.flatMap((agent) =>
      nodesOf(agent).filter(({ name }) => touches(name, before.get(agent.name), agent)),
    );
    const lost = changed
      .filter(({ name, sidecar }) => !sidecar && known.has(sidecarName(name)))
      .map(({ name }) => sidecarName(name));
    await supervisor.update({
      add: [...added.flatMap(nodesOf), ...changedNodes.filter(({ name }) => !known.has(name))],
      replace: changedNodes.filter(({ name }) => known.has(name)),
      remove: [...removed.flatMap((name) => [name, sidecarName(name)]), ...lost].filter((name) =>
        known.has(name),
      ),
      cause: "config",
    });
    for (const name of removed) {
      await host.forget(name);
      await programs.forget(name);
    }
    if (added.length + changed.length + removed.length > 0) tell.info(summary(added, changed, removed));
    return { added: [...added, ...changed].map(({ name }) => name), removed };
  }

  /** New agents, and those whose ports changed, get ports; the others keep theirs. */
  async #ports(
    added: readonly ResolvedAgent[],
    changed: readonly ResolvedAgent[],
  ): Promise<Map<string, ReturnType<System["ports"]>>> {
    const { system, isolated } = this.#parts;
    const moved = changed.filter((agent) => {
      const before = system.agents.get(agent.name);
      return (
        before?.port !== agent.port ||
        before.sidecarPort !== agent.sidecarPort ||
        before.sidecar !== agent.sidecar
      );
    });
    // An agent whose sidecar setting alone changed still holds its own port: that is no stranger's.
    const asked = [...added, ...moved].map((agent) =>
      system.agents.get(agent.name)?.port === agent.port && system.agents.has(agent.name)
        ? { ...agent, port: null }
        : agent,
    );
    const chosen = await choosePorts(asked, { isolated, taken: system.usedPorts });
    return new Map(
      [...chosen.byAgent].map(([name, ports]) => {
        const agent = moved.find((candidate) => candidate.name === name);
        const keeps = agent !== undefined && system.agents.get(name)?.port === agent.port;
        return [name, keeps ? { ...ports, port: system.ports(name).port } : ports];
      }),
    );
  }

  /** Resources and components are made once per run. */
  #tellWhatWaits(next: ResolvedConfig): void {
    const { system, tell } = this.#parts;
    const before = system.config;
    for (const part of ["resources", "components", "name"] as const) {
      if (isDeepStrictEqual(before[part], next[part])) continue;
      tell.warning(`The config's ${part} changed: that takes effect at the next agents up.`);
    }
  }
}

/** The sidecar stays as it is unless something of its own changed. */
function touches(node: string, before: ResolvedAgent | undefined, after: ResolvedAgent): boolean {
  if (node === after.name || before === undefined) return true;
  return (["port", "sidecarPort", "sidecar", "subscribes", "concurrency", "deliveryTimeoutMs"] as const).some(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
}

function summary(
  added: readonly ResolvedAgent[],
  changed: readonly ResolvedAgent[],
  removed: readonly string[],
): string {
  const parts = [
    ...(added.length > 0 ? [`new: ${names(added)}`] : []),
    ...(changed.length > 0 ? [`changed: ${names(changed)}`] : []),
    ...(removed.length > 0 ? [`gone: ${removed.join(", ")}`] : []),
  ];
  return `The config was saved. ${parts.join(" · ")}`;
}

function names(agents: readonly ResolvedAgent[]): string {
  return agents.map(({ name }) => name).join(", ");
}
