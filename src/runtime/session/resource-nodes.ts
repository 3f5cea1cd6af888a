import type { ResolvedResource } from "../model/resolved.ts";
import type { StandIn } from "../plan/stand-ins.ts";
import { variableName } from "../plan/environment.ts";
import { maskPasswords } from "../plan/mask-url.ts";
import { createProcessResource } from "../resources/process/process-resource.ts";
import type { GroupKeeper } from "../resources/process/process-resource.ts";
import { ALWAYS_READY, createReadiness } from "../resources/readiness/readiness.ts";
import type { Exit, Resource } from "../resources/resource.ts";
import type { NodeFacts, SupervisedNode } from "../supervisor/node.ts";
import type { ProcessLogs } from "./process-logs.ts";

export interface ResourceNodeContext {
  readonly runId: string;
  readonly standIns: readonly StandIn[];
  readonly urls: Readonly<Record<string, string | null>>;
  readonly keeper: GroupKeeper;
  readonly logs: ProcessLogs;
}

const NO_FACTS: Omit<NodeFacts, "kind" | "implementation"> = {
  version: null,
  image: null,
  port: null,
  url: null,
  agent: null,
  replica: null,
  llm: null,
  progress: null,
  note: null,
};

/** A resource of the config as something to supervise. */
export function resourceNode(resource: ResolvedResource, context: ResourceNodeContext): SupervisedNode {
  switch (resource.kind) {
    case "redis":
    case "sqlserver":
    case "ollama":
      return standInNode(resource.name, context.standIns);
    case "external":
      return externalNode(resource.name, resource.url);
    case "task":
      return taskNode(resource, context);
    case "container":
      throw new Error(`${resource.name}: containers are refused before anything is planned`);
    default:
      return resource satisfies never;
  }
}

/** A stand-in lives in the sidecar's host or in the agents; there is nothing to start, only something to show. */
function standInNode(name: string, standIns: readonly StandIn[]): SupervisedNode {
  const standIn = standIns.find((candidate) => candidate.name === name);
  if (standIn === undefined) throw new Error(`no stand-in was chosen for ${name}`);
  const { kind, implementation, url, version, reason } = standIn;
  return {
    ...passive(name),
    facts: {
      ...NO_FACTS,
      kind: kind === "redis" || kind === "sqlserver" || kind === "ollama" ? kind : "external",
      implementation,
      url,
      version,
      note: reason,
    },
  };
}

function externalNode(name: string, url: string): SupervisedNode {
  const { hostname, port, protocol } = new URL(url);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return {
    ...passive(name),
    // Only what is on this machine is waited for: a server elsewhere is its owner's business, and asking it is traffic.
    readiness: local ? createReadiness({ by: "tcp" }, number) : ALWAYS_READY,
    facts: {
      ...NO_FACTS,
      kind: "external",
      implementation: "external",
      url: maskPasswords(url),
      port: number,
    },
  };
}

function passive(name: string): Omit<SupervisedNode, "facts"> {
  return {
    name,
    resource: nothing(name),
    dependsOn: {},
    readiness: ALWAYS_READY,
    restart: "never",
    oneShot: false,
    stopTimeoutMs: 0,
    optional: false,
    pairedWith: null,
  };
}

function nothing(name: string): Resource {
  return {
    name,
    start() {
      const { promise: exited, resolve } = Promise.withResolvers<Exit>();
      const stop = (): Promise<Exit> => {
        resolve({ by: "code", code: 0 });
        return exited;
      };
      return Promise.resolve({
        pid: null,
        exited,
        stop,
        async [Symbol.asyncDispose]() {
          await stop();
        },
      });
    },
  };
}

function taskNode(
  task: Extract<ResolvedResource, { kind: "task" }>,
  context: ResourceNodeContext,
): SupervisedNode {
  const { name } = task;
  const urls = task.uses.flatMap((used) => {
    const url = context.urls[used] ?? null;
    return url === null ? [] : [[`${variableName(used)}_URL`, url] as const];
  });
  const resource = createProcessResource({
    name,
    runId: context.runId,
    command: task.command,
    cwd: task.cwd,
    env: { ...inherited(), ...Object.fromEntries(urls), ...task.env },
    stopTimeoutMs: 10_000,
    onOutput: (stream, chunk) => context.logs.write(name, stream, chunk),
    keeper: context.keeper,
    read: context.logs.read,
  });
  return {
    ...passive(name),
    resource,
    dependsOn: {
      ...Object.fromEntries(task.uses.map((used) => [used, "ready" as const])),
      ...task.dependsOn,
    },
    oneShot: true,
    stopTimeoutMs: 10_000,
    facts: { ...NO_FACTS, kind: "task", implementation: "process" },
    hooks: {
      onExit: () => context.logs.end(name),
      lastWords: () => context.logs.lastWords(name),
    },
  };
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
