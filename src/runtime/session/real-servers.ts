import type { ResolvedResource } from "../model/resolved.ts";
import { passwordFor } from "../resources/container/passwords.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { containerNode, isContainable } from "./container-node.ts";
import { givenNode } from "./given-node.ts";
import { givenServers } from "./look-at-machine.ts";
import { ollamaProgramNode } from "./ollama-node.ts";
import { redisProgramNode } from "./redis-program.ts";
import { chooseServerPorts, wantedServerPorts } from "./server-ports.ts";
import { serverUrls } from "./server-urls.ts";
import type { ServerContext, Servers, ServersInput } from "./servers.ts";

/** Where the real servers of a run listen, and how each becomes something to supervise. */
export async function realServers({
  config,
  plan,
  stateDir,
  isolated,
  taken,
  env,
}: ServersInput): Promise<Servers> {
  const { choices, containers, contained } = plan;
  await containers?.begin(contained);
  const { ports, notices } = await chooseServerPorts(wantedServerPorts(config, choices), {
    isolated,
    taken,
    published: (await containers?.host.publishedPorts()) ?? new Map(),
  });
  const given = givenServers(env);
  const urls = serverUrls({
    config,
    choices,
    ports,
    given,
    password: (name, login) => passwordFor(stateDir, name, login),
  });
  return {
    urls,
    redis: new Map(Object.entries(urls).filter(([name]) => config.resources[name]?.kind === "redis")),
    notices,
    nodeOf: (resource, context) => nodeOf(resource, context),
  };

  function nodeOf(resource: ResolvedResource, context: ServerContext): SupervisedNode | null {
    const { name, kind } = resource;
    const choice = choices.get(name);
    if (choice?.as === "external" && (kind === "redis" || kind === "sqlserver")) {
      return givenNode({ name, kind, url: urls[name] ?? "", note: choice.reason });
    }
    if (choice?.as === "local" && kind === "redis") {
      const port = ports.get(name)?.values().next().value ?? 0;
      const password = passwordFor(stateDir, name);
      return redisProgramNode({ name, port, password, stateDir, env, note: choice.reason }, context);
    }
    if (choice?.part === "ollama-program") {
      const port = ports.get(name)?.values().next().value ?? 0;
      return ollamaProgramNode({ name, port, cwd: config.root, env, note: choice.reason }, context);
    }
    if (!contained.has(name) || containers === null || !isContainable(resource)) return null;
    return containerNode(resource, {
      root: config.root,
      stateDir,
      containers,
      ports,
      urls,
      logs: context.logs,
      onProgress: context.onProgress,
      reasonOf: (of) => choices.get(of)?.reason ?? null,
    });
  }
}
