import type { Progress } from "../../model/snapshot.ts";
import type { Resource } from "../resource.ts";
import { configHash } from "./config-hash.ts";
import type { OutputSink } from "./container-logs.ts";
import { ContainerLogs } from "./container-logs.ts";
import { ContainerReadiness } from "./container-readiness.ts";
import type { ContainerOwner } from "./create-options.ts";
import type { ContainerDefinition } from "./definition.ts";
import { dockerFailure, isDockerGone, isDockerLeaving, isNotFound, isUnreachable } from "./docker-failure.ts";
import type { DockerLink } from "./docker-link.ts";
import type { Prepared } from "./execute.ts";
import { execute } from "./execute.ts";
import { containerName } from "./identity.ts";
import { observe } from "./observe.ts";
import type { ContainerPlan } from "./plan.ts";
import { planContainer } from "./plan.ts";
import { ensureImage } from "./pull.ts";
import { removeContainer } from "./remove-container.ts";
import { RunningContainer } from "./running-container.ts";
import type { DescribeHolder } from "./start-failure.ts";
import { startFailure } from "./start-failure.ts";

/** Told which containers are alive, for the one who removes them if this process dies. */
export interface ContainerKeeper {
  add(containerId: string): void;
  remove(containerId: string): void;
}

export interface ContainerSpec extends OutputSink {
  readonly definition: ContainerDefinition;
  readonly owner: ContainerOwner;
  readonly link: DockerLink;
  readonly keeper?: ContainerKeeper;
  /** Told while its image is pulled, and null when that is over. */
  readonly onProgress?: (progress: Progress | null) => void;
  readonly describeHolder?: DescribeHolder;
  /** Whether the kernel of this machine ended something for want of memory since the last question. */
  readonly killedForMemory?: () => boolean;
  /**
   * For lifetime `persistent`, asked at a stop: true = the run ends, and the container runs on. By default a stop stops it.
   */
  readonly letGo?: () => boolean;
}

const NOBODY_KNOWS = (): boolean => false;
const NOBODY: ContainerKeeper = { add: () => undefined, remove: () => undefined };
/** Docker loses sight of what it just had when it is restarted in the middle of a start. */
const TRIES = 3;

/** A container as a resource, with what the contract of a resource has no room for. */
export class ContainerResource implements Resource {
  readonly name: string;
  readonly readiness: ContainerReadiness;
  readonly #spec: ContainerSpec;
  #running: RunningContainer | null = null;
  /** What the last start did, for those who want to say it. */
  #plan: ContainerPlan | null = null;

  constructor(spec: ContainerSpec) {
    this.name = spec.owner.resource;
    this.#spec = spec;
    this.readiness = new ContainerReadiness(spec.definition, () => this.#running);
  }

  get plan(): ContainerPlan | null {
    return this.#plan;
  }

  /** Where a port of the container is published on 127.0.0.1; null while it does not run. */
  hostPort(containerPort: number): number | null {
    return this.#running?.hostPort(containerPort) ?? null;
  }

  /** Pulls what is missing, then takes over, starts, creates or replaces. Waits for a Docker that went away meanwhile. */
  async start(signal: AbortSignal, onWhy?: (why: string | null) => void): Promise<RunningContainer> {
    const { link } = this.#spec;
    for (let tries = 1; ; tries += 1) {
      if (!link.isUp) {
        onWhy?.("waits for Docker, which does not answer");
        await link.whenUp(signal);
        onWhy?.(null);
      }
      try {
        return await this.#start(signal);
      } catch (error) {
        signal.throwIfAborted();
        const leaving = isDockerLeaving(error);
        if (tries === TRIES || !(leaving || isDockerGone(error)))
          throw dockerFailure(`${this.name} cannot start`, error);
        if (leaving) onWhy?.("waits for Docker, which is being stopped");
        await (leaving ? link.away(signal) : link.settled());
      }
    }
  }

  async #start(signal: AbortSignal): Promise<RunningContainer> {
    const { definition, owner, link, onProgress } = this.#spec;
    const { docker } = link;
    try {
      await ensureImage(docker, definition.image, {
        resource: this.name,
        signal,
        ...(onProgress === undefined ? {} : { onProgress }),
      });
    } finally {
      onProgress?.(null);
    }
    const wanted = {
      name: containerName(owner.project, owner.resource),
      configHash: configHash(definition),
      lifetime: owner.lifetime,
    };
    const plan = planContainer(wanted, await observe(docker, owner.project, owner.resource, signal));
    this.#plan = plan;
    const prepared = await execute(docker, plan, definition, owner, signal);
    try {
      return await this.#run(prepared, signal);
    } catch (error) {
      await this.#giveBack(prepared);
      throw error;
    }
  }

  async #run({ container, isNew, mustStart }: Prepared, signal: AbortSignal): Promise<RunningContainer> {
    const { definition, owner, link, keeper = NOBODY, describeHolder, letGo } = this.#spec;
    keeper.add(container.id);
    try {
      const logs = new ContainerLogs(container, this.#spec);
      if (!isNew) await logs.skip();
      try {
        if (mustStart) await container.start();
      } catch (error) {
        throw await startFailure(link.docker, this.name, definition, error, describeHolder ?? nobodyKnows);
      }
      signal.throwIfAborted();
      const running = new RunningContainer({
        name: this.name,
        link,
        container,
        logs,
        info: await container.inspect(),
        stopTimeoutMs: definition.stopTimeoutMs,
        keep: owner.lifetime === "persistent",
        killedForMemory: this.#spec.killedForMemory ?? NOBODY_KNOWS,
        letGo: () => owner.lifetime === "persistent" && letGo?.() === true,
        onGone: () => {
          keeper.remove(container.id);
          if (this.#running === running) this.#running = null;
        },
      });
      this.#running = running;
      return running;
    } catch (error) {
      keeper.remove(container.id);
      throw error;
    }
  }

  /** A start that failed leaves nothing behind, except one that is meant to stay. */
  async #giveBack({ container, isNew }: Prepared): Promise<void> {
    if (!isNew && this.#spec.owner.lifetime === "persistent") return;
    try {
      await removeContainer(container);
    } catch (error) {
      // The failure that comes first is the one that is told; the next start finds what is left.
      if (isNotFound(error) || isUnreachable(error)) return;
      throw error;
    }
  }
}

const nobodyKnows: DescribeHolder = () => Promise.resolve(null);
