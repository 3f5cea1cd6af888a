import { isAbsolute, resolve } from "node:path";
import { AgentsError } from "../../model/errors.ts";
import type { ResolvedResource } from "../../model/resolved.ts";
import type { ContainerDefinition, ContainerHealth, ContainerVolume } from "./definition.ts";
import { container } from "./definition.ts";
import { SQL_SERVER_LOGIN } from "./sql-server-setup.ts";
import { OLLAMA_PORT, ollama, REDIS_PORT, redis, SQL_SERVER_PORT, sqlServer } from "./ready-definitions.ts";

/** The resources of a config that can run as containers. */
export type ContainableResource = Extract<
  ResolvedResource,
  { readonly kind: "redis" | "sqlserver" | "ollama" | "container" }
>;

export interface DefinitionChoices {
  /** Absolute folder of the config: folders to be bound are relative to it. */
  readonly root: string;
  /** Where a port of the container is published. */
  readonly hostPort: (containerPort: number) => number | "any";
  /** The generated password of this resource, or of a login of it; made only where one is needed. */
  readonly password: (login?: string) => string;
}

/** What the config says of a resource, as a container. */
export function definitionFor(
  resource: ContainableResource,
  choices: DefinitionChoices,
): ContainerDefinition {
  const { hostPort } = choices;
  const { image } = resource;
  switch (resource.kind) {
    case "redis":
      return redis({ image, port: hostPort(REDIS_PORT), password: choices.password() });
    case "sqlserver":
      return sqlServer({
        image,
        port: hostPort(SQL_SERVER_PORT),
        password: choices.password(),
        login: choices.password(SQL_SERVER_LOGIN),
        databases: resource.databases,
      });
    case "ollama":
      return ollama({ image, port: hostPort(OLLAMA_PORT) });
    case "container":
      return general(resource, choices);
    default:
      return resource satisfies never;
  }
}

function general(
  resource: Extract<ContainableResource, { readonly kind: "container" }>,
  { root, hostPort }: DefinitionChoices,
): ContainerDefinition {
  const ports = Object.values(resource.ports);
  return container({
    image: resource.image,
    env: resource.env,
    ports: ports.map((port) => ({ container: port, host: hostPort(port) })),
    volumes: Object.entries(resource.volumes).map(([source, path]) => volume(source, path, root)),
    health: healthOf(resource, ports[0]),
  });
}

/** A name is a volume; what has a slash, or is a dot, is a folder. */
function volume(source: string, path: string, root: string): ContainerVolume {
  const isFolder = isAbsolute(source) || source.includes("/") || source === "." || source === "..";
  return isFolder ? { bind: resolve(root, source), path } : { name: source, path };
}

function healthOf(
  { name, health }: Extract<ContainableResource, { readonly kind: "container" }>,
  port: number | undefined,
): ContainerHealth {
  if (health.by === "auto" || health.by === "none") return health;
  if (port === undefined)
    throw new AgentsError("AGENTS_CONFIG_INVALID", `${name} is probed on a port, and has none.`, {
      path: `resources.${name}.health`,
      expected: "a port in `ports`",
      hint: 'Add the port to `ports`, or set health to "none".',
    });
  return health.by === "tcp" ? { by: "tcp", port } : { by: "http", port, path: health.path };
}
