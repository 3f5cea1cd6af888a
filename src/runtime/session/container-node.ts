import type { ResolvedResource } from "../model/resolved.ts";
import type { Progress } from "../model/snapshot.ts";
import { maskPasswords } from "../plan/mask-url.ts";
import type { ContainableResource } from "../resources/container/definition-for.ts";
import { definitionFor } from "../resources/container/definition-for.ts";
import { passwordFor } from "../resources/container/passwords.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { calmProgress } from "./calm-progress.ts";
import type { Containers } from "./containers.ts";
import type { ProcessLogs } from "./process-logs.ts";
import { versionOf } from "./image-version.ts";
import type { ServerPorts } from "./server-ports.ts";

export interface ContainerNodeContext {
  /** Absolute folder of the project. */
  readonly root: string;
  readonly stateDir: string;
  readonly containers: Containers;
  readonly ports: ServerPorts;
  readonly urls: Readonly<Record<string, string | null>>;
  readonly logs: ProcessLogs;
  /** What of it is pulled; null when that is over. */
  readonly onProgress: (name: string, progress: Progress | null) => void;
  /** Why it is a container, for people; null where it can be nothing else. */
  readonly reasonOf: (name: string) => string | null;
}

/** A resource that runs as a container, as something to supervise. */
export function containerNode(resource: ContainableResource, context: ContainerNodeContext): SupervisedNode {
  const { name, image, lifetime } = resource;
  const { containers, logs, ports, urls } = context;
  const own = ports.get(name);
  const definition = definitionFor(resource, {
    root: context.root,
    hostPort: (port) => own?.get(port) ?? "any",
    password: (login) => passwordFor(context.stateDir, name, login),
  });
  const hosted = containers.resource({
    name,
    definition,
    lifetime,
    onOutput: (stream, chunk) => logs.write(name, stream, chunk),
    read: logs.read,
    onProgress: calmProgress((progress) => context.onProgress(name, progress)),
  });
  const url = urls[name] ?? null;
  return {
    name,
    resource: hosted,
    dependsOn: resource.kind === "container" ? resource.dependsOn : {},
    readiness: hosted.readiness,
    // A server of ours that somebody stopped from outside is needed as before.
    restart: resource.kind === "container" ? "on-failure" : "always",
    oneShot: false,
    stopTimeoutMs: definition.stopTimeoutMs,
    optional: false,
    pairedWith: null,
    facts: {
      kind: resource.kind,
      implementation: "container",
      version: versionOf(image),
      image,
      port: firstOf(own),
      url: url === null ? null : maskPasswords(url),
      agent: null,
      replica: null,
      llm: null,
      progress: null,
      note: context.reasonOf(name),
    },
    hooks: {
      onExit: () => logs.end(name),
      lastWords: () => logs.lastWords(name),
    },
  };
}

/** Whether a resource of the config can be a container at all. */
export function isContainable(resource: ResolvedResource): resource is ContainableResource {
  return resource.kind !== "task" && resource.kind !== "external";
}

function firstOf(ports: ReadonlyMap<number, number> | undefined): number | null {
  const [first] = ports?.values() ?? [];
  return first ?? null;
}
