import type { ResolvedResource } from "../model/resolved.ts";
import type { Part } from "./build.ts";
import type { Machine } from "./machine.ts";
import type { Serving } from "./mode.ts";
import type { Obstacle } from "./obstacles.ts";
import { containerObstacle } from "./obstacles.ts";

/** The resources for which there is something to choose. */
export type ChoosableResource = Extract<
  ResolvedResource,
  { readonly kind: "redis" | "sqlserver" | "ollama" }
>;

/** A way to serve a resource, in the order of preference. */
export interface Way {
  readonly as: Serving;
  readonly part: Part | null;
  readonly reason: string;
  /** Null: it can be had. `silent`: it is simply not here. */
  readonly obstacle: Obstacle | "silent" | null;
}

export interface WaysInput {
  readonly machine: Machine;
  /** No model is asked: nothing is started for one. */
  readonly sampleOnly: boolean;
}

/** The ways to serve a resource, the preferred first; the last one can always be had. */
export function waysFor(resource: ChoosableResource, { machine, sampleOnly }: WaysInput): readonly Way[] {
  const { docker } = machine;
  const { image } = resource;
  switch (resource.kind) {
    case "redis":
      return [
        {
          as: "container",
          part: "redis-container",
          reason: `container ${image}`,
          obstacle: containerObstacle(image, docker),
        },
        {
          as: "local",
          part: "redis-local",
          reason: `${machine.redisServer ?? "redis-server"} of this machine, its data in .agents/redis`,
          obstacle: machine.redisServer === null ? "silent" : null,
        },
        {
          as: "embedded",
          part: null,
          reason: "durable bus and state store on SQLite",
          obstacle: null,
        },
      ];
    case "sqlserver":
      return [
        {
          as: "container",
          part: "sqlserver-container",
          reason: `container ${image}`,
          obstacle: containerObstacle(image, docker, { amd64Only: image.startsWith(SQL_SERVER_REPOSITORY) }),
        },
        { as: "embedded", part: null, reason: "SQLite", obstacle: null },
      ];
    case "ollama": {
      const sample: Way = {
        as: "embedded",
        part: null,
        reason: "answers are deterministic samples, marked as such",
        obstacle: null,
      };
      if (sampleOnly) return [sample];
      return [
        {
          as: "container",
          part: "ollama-container",
          reason: `container ${image}`,
          obstacle: containerObstacle(image, docker),
        },
        {
          as: "local",
          part: null,
          reason: `the ollama that answers on port ${resource.port}`,
          obstacle: machine.ollamaAnswers.has(resource.name) ? null : "silent",
        },
        {
          as: "local",
          part: "ollama-program",
          reason: `${machine.ollamaProgram ?? "ollama"} of this machine`,
          obstacle: machine.ollamaProgram === null ? "silent" : null,
        },
        sample,
      ];
    }
    default:
      return resource satisfies never;
  }
}

/** Its images exist for amd64 only. */
const SQL_SERVER_REPOSITORY = "mcr.microsoft.com/mssql/server";

/** A server that the environment names is used as it is, in every mode. */
export function givenWay({ kind }: ChoosableResource): Way {
  return {
    as: "external",
    part: kind === "ollama" ? null : `${kind}-external`,
    reason: `given by ${GIVEN_VARIABLES[kind]}, used as it is`,
    obstacle: null,
  };
}

const GIVEN_VARIABLES = {
  redis: "AGENTS_REDIS_URL",
  sqlserver: "AGENTS_SQLSERVER_URL",
  ollama: "AGENTS_OLLAMA_URL",
} as const;
