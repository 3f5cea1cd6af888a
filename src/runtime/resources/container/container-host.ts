import type { Progress } from "../../model/snapshot.ts";
import { abortable } from "./abortable.ts";
import type { ContainerKeeper } from "./container-resource.ts";
import { ContainerResource } from "./container-resource.ts";
import type { OutputSink } from "./container-logs.ts";
import type { ContainerDefinition } from "./definition.ts";
import type { DockerLinkOptions } from "./docker-link.ts";
import { DockerLink } from "./docker-link.ts";
import { describeAddress } from "./docker-address.ts";
import { isDockerGone, reasonOf } from "./docker-failure.ts";
import type { Lifetime } from "./identity.ts";
import { ensureImage, hasImage, lookForImage } from "./pull.ts";
import type { DockerSocket } from "./remove-run-containers.ts";
import { publishedPorts } from "./observe.ts";
import type { DescribeHolder } from "./start-failure.ts";
import { removeProjectContainers } from "./volumes.ts";

export interface ContainerHostOptions extends DockerLinkOptions {
  readonly runId: string;
  readonly keeper?: ContainerKeeper;
  readonly describeHolder?: DescribeHolder;
  /** Where Docker runs on this machine's own kernel: whether that ended something for want of memory since the last question. */
  readonly killedForMemory?: () => boolean;
  /** Asked when a persistent container is stopped: true = the run ends without `down`, and it runs on. */
  readonly letGo?: () => boolean;
}

export interface HostedContainer extends OutputSink {
  readonly name: string;
  readonly definition: ContainerDefinition;
  /** Default `run`. */
  readonly lifetime?: Lifetime;
  readonly onProgress?: (progress: Progress | null) => void;
}

/** A Docker that hangs does not keep the run from ending. */
const CLOSE_LIMIT_MS = 15_000;

/** All containers of one run: one connection to Docker, one event stream, one network. */
export class ContainerHost {
  readonly #options: ContainerHostOptions;
  readonly #link: DockerLink;

  /** Finds Docker; where there is none that can be used, one clear error (see `connectDocker`). */
  static async open(options: ContainerHostOptions): Promise<ContainerHost> {
    return new ContainerHost(options, await DockerLink.open(options));
  }

  private constructor(options: ContainerHostOptions, link: DockerLink) {
    this.#options = options;
    this.#link = link;
  }

  /** Of the engine. */
  get version(): string {
    return this.#link.connection.version;
  }

  /** `amd64`, `arm64` … */
  get architecture(): string {
    return this.#link.connection.architecture;
  }

  /** Whether a container can be on the network of this machine, its loopback included. */
  get sharesNetwork(): boolean {
    return this.#link.connection.sharesNetwork;
  }

  /** Where Docker answers, for people. */
  get where(): string {
    return describeAddress(this.#link.connection.address);
  }

  /** Where Docker answers, for the watchdog; null where it takes certificates to talk to it. */
  get socket(): DockerSocket | null {
    const { address } = this.#link.connection;
    if (address.by === "socket") return { socketPath: address.socketPath };
    return address.certificates === null ? { host: address.host, port: address.port } : null;
  }

  resource({ name, lifetime = "run", ...hosted }: HostedContainer): ContainerResource {
    const { project, runId, keeper, describeHolder, killedForMemory, letGo } = this.#options;
    return new ContainerResource({
      ...hosted,
      owner: { project, runId, resource: name, lifetime },
      link: this.#link,
      ...(keeper === undefined ? {} : { keeper }),
      ...(describeHolder === undefined ? {} : { describeHolder }),
      ...(killedForMemory === undefined ? {} : { killedForMemory }),
      ...(letGo === undefined ? {} : { letGo }),
    });
  }

  hasImage(image: string, signal: AbortSignal): Promise<boolean> {
    return hasImage(this.#link.docker, image, signal);
  }

  /** Whether an image is here or can be pulled, asked within seconds; AGENTS_IMAGE_UNAVAILABLE where neither. */
  lookForImage(resource: string, image: string, signal: AbortSignal): Promise<"here" | "pullable"> {
    return lookForImage(this.#link.docker, image, { resource, signal });
  }

  /** Where the project's running containers are published, by resource: container port → port of this machine. */
  publishedPorts(): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    return publishedPorts(this.#link.docker, this.#options.project);
  }

  /** Pulls an image that is not there; answers whether it had to. */
  pull(
    resource: string,
    image: string,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<boolean> {
    return ensureImage(this.#link.docker, image, { resource, signal, onProgress });
  }

  /**
   * Before anything is started: removes the project's containers that are no longer in the config. `names`: the resources that
   * are; what is left of those is taken over or replaced when they start.
   */
  async sweep(names: ReadonlySet<string>): Promise<readonly string[]> {
    return removeProjectContainers(this.#link.docker, this.#options.project, {
      persistent: true,
      keep: names,
    });
  }

  /** Closes the connection; what runs runs on. */
  letGo(): void {
    this.#link[Symbol.dispose]();
  }

  /**
   * The run is over, and all its containers were stopped: removes what is left of it, the network included, and closes the
   * connection. Never rejects: what Docker does not remove is told, and found by the next start.
   */
  async close({
    removePersistent,
    limitMs = CLOSE_LIMIT_MS,
  }: {
    readonly removePersistent: boolean;
    readonly limitMs?: number;
  }): Promise<void> {
    const { project } = this.#options;
    try {
      await abortable(
        removeProjectContainers(this.#link.docker, project, { persistent: removePersistent }),
        AbortSignal.timeout(limitMs),
      );
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      const why = late || isDockerGone(error) ? "Docker does not answer" : reasonOf(error);
      this.#link.say("warn", null, `Some containers of ${project.name} may be left: ${why}.`);
    } finally {
      this.#link[Symbol.dispose]();
    }
  }
}
