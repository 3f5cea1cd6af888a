import type { ContainerCreateOptions } from "dockerode";
import { configHash } from "./config-hash.ts";
import type { ContainerDefinition } from "./definition.ts";
import type { Lifetime, Project } from "./identity.ts";
import { containerName, LABEL, networkAlias, projectLabels, projectPrefix, volumeName } from "./identity.ts";
import { fullImageName } from "./image-name.ts";

/** Whose container it is. */
export interface ContainerOwner {
  readonly project: Project;
  readonly runId: string;
  readonly resource: string;
  readonly lifetime: Lifetime;
}

/** The only address that a container is published on. */
const LOOPBACK = "127.0.0.1";

/** A definition in the words of Docker's API. */
export function createOptions(
  definition: ContainerDefinition,
  owner: ContainerOwner,
): ContainerCreateOptions {
  const { project, resource } = owner;
  const network = definition.network ?? projectPrefix(project);
  const { command, workingDir, user, memoryBytes } = definition;
  return {
    name: containerName(project, resource),
    Image: fullImageName(definition.image),
    ...(command === undefined ? {} : { Cmd: [...command] }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(user === undefined ? {} : { User: user }),
    Env: Object.entries({ ...definition.env, ...definition.secretsEnv }).map(
      ([key, value]) => `${key}=${value}`,
    ),
    Labels: labelsOf(definition, owner),
    ExposedPorts: Object.fromEntries(definition.ports.map(({ container }) => [`${container}/tcp`, {}])),
    HostConfig: {
      NetworkMode: network,
      PortBindings: Object.fromEntries(
        definition.ports.map(({ container, host }) => [
          `${container}/tcp`,
          [{ HostIp: LOOPBACK, HostPort: host === "any" ? "" : String(host) }],
        ]),
      ),
      Mounts: definition.volumes.map((volume) =>
        "name" in volume
          ? { Type: "volume", Source: volumeName(project, resource, volume.name), Target: volume.path }
          : { Type: "bind", Source: volume.bind, Target: volume.path, ReadOnly: volume.readOnly === true },
      ),
      // The supervisor restarts, with its backoff and its limit; two restarters would fight.
      RestartPolicy: { Name: "no" },
      // A driver whose logs can be read, whatever the daemon's default is; old ones go rather than fill the disk.
      LogConfig: { Type: "json-file", Config: { "max-size": "100m", "max-file": "3" } },
      // No swap beside it: a limit that only makes everything slow tells nobody anything.
      ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    },
    ...(definition.network === "host"
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: { [network]: { Aliases: [networkAlias(definition.alias ?? resource)] } },
          },
        }),
  };
}

function labelsOf(definition: ContainerDefinition, owner: ContainerOwner): Record<string, string> {
  return {
    ...definition.labels,
    // Ours are last: a user's label must not hide a container from its own clean-up.
    ...projectLabels(owner.project),
    [LABEL.run]: owner.runId,
    [LABEL.resource]: owner.resource,
    [LABEL.config]: configHash(definition),
    [LABEL.lifetime]: owner.lifetime,
  };
}
