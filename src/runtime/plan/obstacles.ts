import { AgentsError } from "../model/errors.ts";
import type { Part, Support } from "./build.ts";
import type { DockerFact } from "./machine.ts";

/** Why something that is wanted cannot be had. */
export interface Obstacle {
  readonly error: AgentsError;
  /** In a few words, for the reason of what serves instead. */
  readonly why: string;
  /** `auto` says aloud that it takes the next choice: something that is there cannot be used. */
  readonly loud: boolean;
}

/** Whether this build runs a part; `isAsked`: a person asks for it, and it need not be complete. */
export function canRun(support: Support, isAsked: boolean): boolean {
  return support === "auto" || (support === "asked" && isAsked);
}

export function unsupportedPart(name: string, part: Part): AgentsError {
  const what = PART_NAMES[part];
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `${name} asks for ${what}, which this version does not run.`,
    {
      path: name,
      found: what,
      expected: "what this version runs",
      hint: "Use agents up --mode embedded, which needs nothing but Node.",
    },
  );
}

const PART_NAMES: Readonly<Record<Part, string>> = {
  "redis-container": "a Redis container",
  "redis-local": "a redis-server of this machine",
  "redis-external": "a given Redis",
  "sqlserver-container": "a SQL Server container",
  "sqlserver-external": "a given SQL Server",
  "ollama-container": "an Ollama container",
  "ollama-program": "an ollama that it starts itself",
  container: "a container",
  daprd: "daprd sidecars",
  "daprd-container": "daprd in a container",
};

/** Why a container of this image cannot run; null = it can. `amd64Only`: its image exists for no other architecture. */
export function containerObstacle(
  image: string,
  docker: DockerFact,
  { amd64Only = false }: { readonly amd64Only?: boolean } = {},
): Obstacle | null {
  switch (docker.at) {
    case "not-asked":
      return noDocker(
        new AgentsError("AGENTS_DOCKER_MISSING", "Docker was not looked for.", {
          hint: "agents doctor looks for it.",
        }),
      );
    case "closed":
      return noDocker(docker.error);
    case "answers":
      break;
    default:
      return docker satisfies never;
  }
  if (amd64Only && docker.architecture !== "amd64" && docker.architecture !== "x86_64")
    return {
      error: new AgentsError(
        "AGENTS_IMAGE_UNAVAILABLE",
        `${image} does not exist for ${docker.architecture}, which this machine's Docker runs.`,
        {
          path: image,
          expected: "amd64",
          found: docker.architecture,
          hint: "Name an image that does, or use agents up --mode auto, which takes SQLite here.",
        },
      ),
      why: `its image does not exist for ${docker.architecture}`,
      loud: true,
    };
  const known = docker.images[image];
  if (known?.at === "unavailable")
    return { error: known.error, why: `its image ${image} cannot be pulled`, loud: true };
  return null;
}

/** That there is no Docker is nothing unusual; that there is one, and it cannot be used, is. */
function noDocker(error: AgentsError): Obstacle {
  const missing = error.code === "AGENTS_DOCKER_MISSING";
  return {
    error,
    why: missing ? "no Docker here" : (WHY_CLOSED.get(error.code) ?? "Docker cannot be used"),
    loud: !missing,
  };
}

const WHY_CLOSED: ReadonlyMap<string, string> = new Map([
  ["AGENTS_DOCKER_NOT_RUNNING", "Docker does not answer"],
  ["AGENTS_DOCKER_NOT_PERMITTED", "this user may not use Docker"],
  ["AGENTS_DOCKER_UNSUITABLE", "this Docker is unsuitable"],
]);
