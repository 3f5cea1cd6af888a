import type { ResolvedAzureOpenAI, ResolvedResource } from "../model/resolved.ts";
import type { Choice } from "../plan/choices.ts";
import type { StandIn } from "../plan/stand-ins.ts";
import { variableName } from "../plan/environment.ts";
import { createProcessResource } from "../resources/process/process-resource.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { givenNode } from "./given-node.ts";
import type { ModelPulls } from "./ollama-node.ts";
import { withModels } from "./ollama-node.ts";
import { NO_FACTS, passive } from "./passive-node.ts";
import type { ServerContext, Servers } from "./servers.ts";

export interface ResourceNodeContext extends ServerContext {
  readonly servers: Servers;
  readonly standIns: readonly StandIn[];
  readonly urls: Readonly<Record<string, string | null>>;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly pulls: ModelPulls;
}

/** A resource of the config as something to supervise. */
export function resourceNode(resource: ResolvedResource, context: ResourceNodeContext): SupervisedNode {
  switch (resource.kind) {
    case "redis":
    case "sqlserver":
      return context.servers.nodeOf(resource, context) ?? standInNode(resource.name, context.standIns);
    case "ollama": {
      const { name } = resource;
      const { choices, pulls, standIns, servers, urls } = context;
      const node = servers.nodeOf(resource, context) ?? standInNode(name, standIns);
      return withModels(node, resource, { choice: choices.get(name), url: urls[name] ?? null, pulls });
    }
    case "external":
      return givenNode({ ...resource, note: null });
    case "azureopenai":
      return azureNode(resource);
    case "task":
      return taskNode(resource, context);
    case "container": {
      const node = context.servers.nodeOf(resource, context);
      if (node === null) throw new Error(`${resource.name} is a container, and Docker was not opened`);
      return node;
    }
    default:
      return resource satisfies never;
  }
}

/** A deployment elsewhere: agents ask it themselves. */
function azureNode({ name, endpoint, deployment, auth }: ResolvedAzureOpenAI): SupervisedNode {
  const as = auth.by === "key" ? `the key in ${auth.from}` : "the Entra identity of whoever runs an agent";
  return givenNode({
    name,
    kind: "external",
    url: endpoint,
    note: `Azure OpenAI, deployment ${deployment}, with ${as}`,
  });
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
