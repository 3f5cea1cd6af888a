import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";

/**
 * What the config may say and this version cannot run, found before anything is started.
 *
 * @throws AgentsError AGENTS_NOT_SUPPORTED
 */
export function assertSupported(config: ResolvedConfig, agents: readonly ResolvedAgent[]): void {
  for (const { name, run, replicas, sidecar } of agents) {
    if (sidecar === "daprd") throw unsupportedDaprd(name);
    if (run.by === "image") throw unsupportedImage(name, run.image);
    if (replicas !== 1) {
      throw new AgentsError(
        "AGENTS_NOT_SUPPORTED",
        `${name} has ${replicas} replicas, and this version runs one of each agent.`,
        {
          path: `agents.${name}.replicas`,
          found: String(replicas),
          expected: "1",
          hint: "Leave `replicas` out.",
        },
      );
    }
  }
  for (const resource of Object.values(config.resources)) {
    if (resource.kind !== "container") continue;
    throw new AgentsError(
      "AGENTS_NOT_SUPPORTED",
      `${resource.name} is a container, and this version runs no containers.`,
      {
        path: `resources.${resource.name}`,
        found: `container ${resource.image}`,
        expected: "redis, sqlServer, ollama, task or external",
        hint: "Start it yourself and describe it as external({ url }), or leave it out.",
      },
    );
  }
  for (const [variable, kind] of GIVEN_SERVERS) {
    if (
      process.env[variable] === undefined ||
      !Object.values(config.resources).some((resource) => resource.kind === kind)
    )
      continue;
    throw new AgentsError(
      "AGENTS_NOT_SUPPORTED",
      `${variable} is set, and this version connects to no ${kind} server.`,
      {
        path: variable,
        expected: "the variable not to be set",
        hint: `Unset it: unset ${variable}. The embedded default then serves.`,
      },
    );
  }
}

const GIVEN_SERVERS = [
  ["AGENTS_REDIS_URL", "redis"],
  ["AGENTS_SQLSERVER_URL", "sqlserver"],
] as const;

function unsupportedDaprd(agent: string): AgentsError {
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `${agent} asks for a daprd sidecar, and this version runs embedded ones only.`,
    {
      path: `agents.${agent}.sidecar`,
      found: "daprd",
      expected: '"embedded", true or false',
      hint: "Leave `sidecar` out: the embedded one serves Dapr's HTTP API.",
    },
  );
}

export function unsupportedImage(agent: string, image: string): AgentsError {
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `${agent} is a container image, and this version runs no containers.`,
    {
      path: `agents.${agent}.image`,
      found: image,
      expected: "entry or command",
      hint: "Give it an `entry` (TypeScript or JavaScript) or a `command`.",
    },
  );
}
