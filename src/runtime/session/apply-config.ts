import { isDeepStrictEqual } from "node:util";
import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import type { ResourceView } from "../model/snapshot.ts";
import type { DeclaredApp, SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { AgentContext } from "./agent-node.ts";
import type { AgentPorts } from "./choose-ports.ts";
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

/** In these states something may listen. */
const HOLDS_PORT: ReadonlySet<ResourceView["state"]> = new Set([
  "starting",
  "ready",
  "unhealthy",
  "stopping",
]);

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
    const { system, programs, host, tell } = this.#parts;
    const agents = Object.values(next.agents);
    assertSupported(agents);
    this.#parts.context.sidecars.assertServed(agents);
    this.#assertContainers(agents);
    this.#tellWhatWaits(next);
    this.#assertThere(next);
    const removed = [...system.agents.keys()].filter((name) => next.agents[name] === undefined);
    const added = agents.filter(({ name }) => !system.agents.has(name));
    const changed = agents.filter((agent) => {
      const before = system.agents.get(agent.name);
      return before !== undefined && !isDeepStrictEqual(before, agent);
    });
    const ports = await this.#ports(added, changed, removed);
    await programs.prepare(...added, ...changed);

    const before = new Map(changed.map((agent) => [agent.name, system.agents.get(agent.name)]));
    const restore = system.save();
    for (const agent of [...added, ...changed]) system.set(agent, ports.get(agent.name));
    for (const name of removed) system.delete(name);
    system.config = next;
    try {
      await this.#update(added, changed, removed, before);
    } catch (error) {
      restore();
      await host.configure([...system.agents.values()].map(declared));
      throw error;
    }
    for (const name of removed) {
      // A process that was on its way out may have told once more what it listens to.
      await host.forget(name);
      await programs.forget(name);
    }
    if (added.length + changed.length + removed.length > 0) tell.info(summary(added, changed, removed));
    return { added: [...added, ...changed].map(({ name }) => name), removed };
  }

  async #update(
    added: readonly ResolvedAgent[],
    changed: readonly ResolvedAgent[],
    removed: readonly string[],
    before: ReadonlyMap<string, ResolvedAgent | undefined>,
  ): Promise<void> {
    const { system, supervisor, host, context } = this.#parts;
    // What is stopped, or was never started, has its events kept as well.
    await host.configure([...system.agents.values()].map(declared));
    const nodesOf = (agent: ResolvedAgent): readonly SupervisedNode[] => system.nodes(agent, context);
    const known = new Set(supervisor.view().resources.map(({ name }) => name));
    const changedNodes = changed.flatMap((agent) =>
      nodesOf(agent).filter(({ name }) => touches(name, before.get(agent.name), agent)),
    );
    const lost = changed
      .filter(({ name, sidecar }) => sidecar === false && known.has(sidecarName(name)))
      .map(({ name }) => sidecarName(name));
    await supervisor.update({
      add: [...added.flatMap(nodesOf), ...changedNodes.filter(({ name }) => !known.has(name))],
      replace: changedNodes.filter(({ name }) => known.has(name)),
      remove: [...removed.flatMap((name) => [name, sidecarName(name)]), ...lost].filter((name) =>
        known.has(name),
      ),
      cause: "config",
    });
  }

  /** New agents, and those whose ports changed, get ports; the others keep theirs. */
  async #ports(
    added: readonly ResolvedAgent[],
    changed: readonly ResolvedAgent[],
    removed: readonly string[],
  ): Promise<ReadonlyMap<string, AgentPorts>> {
    const { system, supervisor, isolated, tell } = this.#parts;
    const moved = changed.flatMap((agent) => {
      const before = system.agents.get(agent.name);
      const stays =
        before?.port === agent.port &&
        before.sidecarPort === agent.sidecarPort &&
        before.sidecar === agent.sidecar;
      return before === undefined || stays ? [] : [{ agent, before }];
    });
    const going = new Set([...removed, ...moved.map(({ agent }) => agent.name)]);
    const alive = new Set(
      supervisor
        .view()
        .resources.filter(({ state }) => HOLDS_PORT.has(state))
        .map(({ name }) => name),
    );
    const leaving = [...going].flatMap((name) => {
      const { port, sidecarPort } = system.ports(name);
      return [alive.has(name) ? port : [], alive.has(sidecarName(name)) ? (sidecarPort ?? []) : []].flat();
    });
    // What the save did not change stays, also where it was chosen freely.
    const kept = moved.map(({ agent, before }): readonly [string, Partial<AgentPorts>] => {
      const { port, sidecarPort } = system.ports(agent.name);
      return [
        agent.name,
        {
          ...(before.port === agent.port ? { port } : {}),
          ...(before.sidecarPort === agent.sidecarPort ? { sidecarPort } : {}),
        },
      ];
    });
    const chosen = await choosePorts([...added, ...moved.map(({ agent }) => agent)], {
      isolated,
      taken: system.portsBeside(going),
      leaving: new Set(leaving),
      kept: new Map(kept),
    });
    for (const text of chosen.notices) tell.info(text);
    return chosen.byAgent;
  }

  /**
   * Resources are made once per run: an agent that needs a new one cannot run in it.
   *
   * @throws AgentsError AGENTS_NOT_SUPPORTED
   */
  #assertThere(next: ResolvedConfig): void {
    const there = new Set(this.#parts.supervisor.view().resources.map(({ name }) => name));
    for (const { name, uses, dependsOn } of Object.values(next.agents)) {
      const missing = [...uses, ...Object.keys(dependsOn)].find(
        (needed) => !there.has(needed) && next.agents[needed] === undefined,
      );
      if (missing === undefined) continue;
      throw new AgentsError(
        "AGENTS_NOT_SUPPORTED",
        `${name} needs ${missing}, which this run does not have: a new resource takes effect at the next agents up.`,
        {
          path: `agents.${name}`,
          found: missing,
          expected: "a resource that was in the config when the run started",
          hint: "Start anew: agents down, then agents up",
        },
      );
    }
  }

  /**
   * Docker is looked for once per run, before anything is started.
   *
   * @throws AgentsError AGENTS_NOT_SUPPORTED
   */
  #assertContainers(agents: readonly ResolvedAgent[]): void {
    const image = agents.find(({ run }) => run.by === "image");
    if (image === undefined || this.#parts.context.containers !== null) return;
    throw new AgentsError(
      "AGENTS_NOT_SUPPORTED",
      `${image.name} is a container, and this run has none: it takes effect at the next agents up.`,
      {
        path: `agents.${image.name}.image`,
        hint: "Start anew: agents down, then agents up",
      },
    );
  }

  /** Resources and components are made once per run. */
  #tellWhatWaits(next: ResolvedConfig): void {
    const { system, tell } = this.#parts;
    const before = system.config;
    for (const part of ["resources", "components", "prompts", "name"] as const) {
      if (isDeepStrictEqual(before[part], next[part])) continue;
      tell.warning(`The config's ${part} changed: that takes effect at the next agents up.`);
    }
  }
}

function declared({ name, subscribes }: ResolvedAgent): DeclaredApp {
  return { appId: name, subscribes };
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
