import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Progress } from "../model/snapshot.ts";
import type { ContainerDefinition } from "../resources/container/definition.ts";
import { container } from "../resources/container/definition.ts";
import { assertPortsFree } from "../resources/process/ports.ts";
import type { Resource } from "../resources/resource.ts";
import type { ProcessOrder } from "../resources/sidecar/daprd/daprd-resource.ts";
import { calmProgress } from "./calm-progress.ts";
import type { Containers } from "./containers.ts";

/** Where the binary is in Dapr's own image, which has neither an entrypoint nor a command. */
export const DAPRD_OF_IMAGE = "/daprd";

export interface DaprdContainerPlace {
  readonly image: string;
  /** Absolute folder of the project. */
  readonly root: string;
  /** Absolute path of `.agents/`. */
  readonly stateDir: string;
  readonly containers: Containers;
  readonly read: (stream: Readable, onChunk: (chunk: Buffer) => void) => void;
  readonly onProgress: (name: string, progress: Progress | null) => void;
}

/**
 * A daprd in its container. It shares the network of this machine, and sees the project at the same paths, so that it is
 * started with the same flags and reads the same files as the binary.
 */
export function daprdContainer(order: ProcessOrder, place: DaprdContainerPlace): Resource {
  const { name, port, onOutput } = order;
  const { containers, read, onProgress } = place;
  const hosted = containers.resource({
    name,
    definition: daprdDefinition(order, place),
    onOutput,
    read,
    onProgress: calmProgress((progress) => onProgress(name, progress)),
  });
  return {
    name,
    async start(signal, onWhy) {
      await assertPortsFree([{ name, port }]);
      return await hosted.start(signal, onWhy);
    },
  };
}

function daprdDefinition(
  { command, cwd, env, stopTimeoutMs }: ProcessOrder,
  { image, root, stateDir }: Pick<DaprdContainerPlace, "image" | "root" | "stateDir">,
): ContainerDefinition {
  const state = join(stateDir, "state");
  return container({
    image,
    command,
    workingDir: cwd,
    // It holds passwords.
    secretsEnv: Object.fromEntries(Object.entries(env).filter(([key]) => !OF_THIS_MACHINE.has(key))),
    network: "host",
    // The files are closed to everybody else.
    user: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    volumes: [
      { bind: root, path: root, readOnly: true },
      // Where the daprds find each other, and state stores without a Redis.
      { bind: state, path: state },
    ],
    health: { by: "none" },
    stopTimeoutMs,
  });
}

/** Variables that name programs and folders which the container does not have. */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "TMPDIR",
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
]);
