/** What a container is made of: plain data, the same for the ready definitions and for `container()` of a config. */
export interface ContainerDefinition {
  /** As asked for: with a tag, a digest, both or neither (then `latest`). */
  readonly image: string;
  /** Replaces the image's own command; absent = the image's. */
  readonly command?: readonly [string, ...string[]];
  /** Where the command runs, absolute; absent = the image's own. */
  readonly workingDir?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Like `env`, for images that take a secret in no other way. Never shown, never in a label. */
  readonly secretsEnv: Readonly<Record<string, string>>;
  /** Files put into the container before it starts: how a secret gets in where an image can read it from a file. */
  readonly files: readonly ContainerFile[];
  readonly ports: readonly ContainerPort[];
  readonly volumes: readonly ContainerVolume[];
  readonly labels: Readonly<Record<string, string>>;
  /**
   * `host`: it shares the network of this machine, listens on it directly and reaches its loopback; nothing is published.
   * Absent = the project's own network.
   */
  readonly network?: "host";
  /** The name by which other containers of the project reach it; absent = the resource's name. */
  readonly alias?: string;
  readonly health: ContainerHealth;
  /** The most memory it may use, in bytes; beyond it the kernel kills it. Absent = no limit. */
  readonly memoryBytes?: number;
  /** `uid[:gid]` or a name the image knows; absent = the image's own. */
  readonly user?: string;
  /** From the image's stop signal to SIGKILL, in ms. */
  readonly stopTimeoutMs: number;
}

/** A port of the container, published on this machine's loopback only. */
export interface ContainerPort {
  readonly container: number;
  /** `any`: Docker chooses one at every start. */
  readonly host: number | "any";
}

/** `name`: a volume of the project, kept by `down` and removed by `down -v`. `bind`: an absolute folder of this machine. */
export type ContainerVolume =
  | { readonly name: string; readonly path: string }
  | { readonly bind: string; readonly path: string; readonly readOnly?: boolean };

export interface ContainerFile {
  /** Absolute, inside the container. Its folder is made where it is missing. */
  readonly path: string;
  readonly content: string;
}

/** When it is ready, and whether it stays so. Ports are those inside the container. */
export type ContainerHealth =
  /** The image's own HEALTHCHECK where it has one, else a connection on its first port, else as soon as it runs. */
  | { readonly by: "auto" }
  | { readonly by: "none" }
  | { readonly by: "tcp"; readonly port: number }
  | { readonly by: "http"; readonly port: number; readonly path: string }
  /** PING, and a server that is still loading its data is not ready. */
  | { readonly by: "redis"; readonly port: number; readonly password: string | null }
  /** A command inside the container that ends with 0. Takes its secrets from the container's own environment. */
  | { readonly by: "exec"; readonly command: readonly [string, ...string[]]; readonly what: string };

/** Ten seconds, as for a process. */
const STOP_TIMEOUT_MS = 10_000;

/** What `container()` leaves out is filled in here. */
export type ContainerInput = Pick<ContainerDefinition, "image"> & Partial<ContainerDefinition>;

/** A general container. */
export function container(input: ContainerInput): ContainerDefinition {
  return {
    env: {},
    secretsEnv: {},
    files: [],
    ports: [],
    volumes: [],
    labels: {},
    health: { by: "auto" },
    stopTimeoutMs: STOP_TIMEOUT_MS,
    ...input,
  };
}
