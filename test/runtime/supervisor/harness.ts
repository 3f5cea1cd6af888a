import { randomUUID } from "node:crypto";
import type { Test } from "tap";
import type { Dependencies } from "../../../src/runtime/model/resolved.ts";
import type { ResourceState, ResourceView, RunEvent } from "../../../src/runtime/model/snapshot.ts";
import type { ProcessSpec } from "../../../src/runtime/resources/process/process-resource.ts";
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import { ALWAYS_READY, createReadiness } from "../../../src/runtime/resources/readiness/readiness.ts";
import type { SupervisedNode } from "../../../src/runtime/supervisor/node.ts";
import { Supervisor } from "../../../src/runtime/supervisor/supervisor.ts";
import { specOf } from "../process/children.ts";

/** What a test says of a node; the rest is usual. */
export interface NodeSketch {
  readonly command: readonly [string, ...string[]];
  readonly dependsOn?: Dependencies;
  /** Asked for readiness; without it, a process is ready as soon as it exists. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly more?: Partial<SupervisedNode>;
  readonly process?: Partial<ProcessSpec>;
}

/** A run of real processes, and all that it told. */
export interface Harness {
  readonly supervisor: Supervisor;
  readonly events: RunEvent[];
  readonly node: (name: string, sketch: NodeSketch) => SupervisedNode;
  readonly of: (name: string) => ResourceView;
  /** `name:state` in the order in which they were told. */
  readonly states: () => readonly string[];
  /** Resolves with the view once the resource is in this state, or was since the last call for it. */
  readonly until: (
    name: string,
    test: ResourceState | ((view: ResourceView) => boolean),
  ) => Promise<ResourceView>;
  readonly written: (name: string) => string;
}

export function run(t: Test, sketches: Readonly<Record<string, NodeSketch>>): Harness {
  const runId = `test-${randomUUID()}`;
  const events: RunEvent[] = [];
  const specs = new Map<string, ReturnType<typeof specOf>>();
  const looks = new Set<() => void>();
  const node = (name: string, sketch: NodeSketch): SupervisedNode => {
    const { command, dependsOn = {}, port, env = {}, more = {} } = sketch;
    const spec = specOf(command, {
      name,
      runId,
      env: { PATH: process.env["PATH"] ?? "", ...(port === undefined ? {} : { PORT: String(port) }), ...env },
      stopTimeoutMs: more.stopTimeoutMs ?? 5_000,
      ...sketch.process,
    });
    specs.set(name, spec);
    return {
      name,
      resource: createProcessResource(spec),
      dependsOn,
      readiness: port === undefined ? ALWAYS_READY : createReadiness({ by: "auto" }, port),
      restart: "on-failure",
      oneShot: false,
      stopTimeoutMs: 5_000,
      optional: false,
      pairedWith: null,
      facts: {
        kind: "agent",
        implementation: "process",
        version: null,
        image: null,
        port: port ?? null,
        url: null,
        agent: null,
        replica: null,
        llm: null,
        progress: null,
      },
      ...more,
    };
  };
  const supervisor = new Supervisor({
    nodes: Object.entries(sketches).map(([name, sketch]) => node(name, sketch)),
    run: { project: "test", pid: process.pid, dashboardUrl: null },
    random: () => 0,
    onEvent: (event) => {
      events.push(event);
      for (const look of looks) look();
    },
  });
  t.teardown(async () => supervisor.killAll());
  const of = (name: string): ResourceView => {
    const view = supervisor.view().resources.find((resource) => resource.name === name);
    if (view === undefined) throw new Error(`no ${name}`);
    return view;
  };
  const seen = new Map<string, number>();
  return {
    supervisor,
    events,
    node,
    of,
    states: () =>
      events.flatMap((event) =>
        event.type === "resource" ? [`${event.resource.name}:${event.resource.state}`] : [],
      ),
    until: (name, test) =>
      new Promise((resolve) => {
        const fits = typeof test === "function" ? test : (view: ResourceView) => view.state === test;
        const look = (): void => {
          const from = seen.get(name) ?? 0;
          const index = events.findIndex(
            (event, at) =>
              at >= from && event.type === "resource" && event.resource.name === name && fits(event.resource),
          );
          const event = events[index];
          if (event?.type !== "resource") return;
          seen.set(name, index + 1);
          looks.delete(look);
          resolve(event.resource);
        };
        looks.add(look);
        look();
      }),
    written: (name) => specs.get(name)?.written() ?? "",
  };
}
