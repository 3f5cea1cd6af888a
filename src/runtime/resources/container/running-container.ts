import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Exit, Running } from "../resource.ts";
import type { ContainerEvent } from "./container-events.ts";
import { exitOf } from "./container-events.ts";
import type { ContainerLogs } from "./container-logs.ts";
import { field } from "./docker-address.ts";
import { isNotFound, isUnreachable, reasonOf, statusOf } from "./docker-failure.ts";
import type { DockerLink } from "./docker-link.ts";
import { removeContainer } from "./remove-container.ts";

export interface RunningContainerOptions {
  readonly name: string;
  readonly link: DockerLink;
  readonly container: Docker.Container;
  readonly logs: ContainerLogs;
  /** What it was like just after its start. */
  readonly info: Docker.ContainerInspectInfo;
  readonly stopTimeoutMs: number;
  /** It stays when it has ended, and is started again as it is. */
  readonly keep: boolean;
  /** Asked at a stop: true = the run lets go of it, and it runs on. */
  readonly letGo: () => boolean;
  readonly onGone: () => void;
  /** Whether the kernel ended something for want of memory since the last question; false where nobody knows. */
  readonly killedForMemory: () => boolean;
}

/** A daemon that does not do what it is told to is left after so long. */
const DAEMON_GRACE_MS = 5_000;
/** 128 + 9: as Docker tells the exit of what was killed. */
const SIGKILL_EXIT = 137;
const OUT_OF_MEMORY_MS = 1_000;
const LOOK_MS = 50;
const KILLED: Exit = { by: "signal", signal: "SIGKILL" };

/** One life of a container, from its start (or being taken over) until nothing of it is left. */
export class RunningContainer implements Running {
  /** A container's processes are Docker's, perhaps in a machine of its own: nobody here may signal them. */
  readonly pid = null;
  readonly exited: Promise<Exit>;
  readonly #options: RunningContainerOptions;
  readonly #subscription: Disposable;
  readonly #end = Promise.withResolvers<Exit>();
  readonly #gone = new AbortController();
  readonly #watchers = new Set<() => void>();
  #ports: Docker.ContainerInspectInfo["NetworkSettings"]["Ports"];
  #hindrance: string | null = null;
  #outOfMemory = false;
  #killedByDocker = false;
  #stopping: "no" | "asked" | "killed" = "no";
  #ending = false;

  constructor(options: RunningContainerOptions) {
    this.#options = options;
    this.#ports = options.info.NetworkSettings.Ports;
    this.exited = this.#end.promise;
    this.#subscription = options.link.subscribe(options.container.id, (event) => this.#hear(event));
    // What happened between its start and this subscription was told to nobody.
    void this.#reconcile();
  }

  get container(): Docker.Container {
    return this.#options.container;
  }

  /** Why it cannot do its work although it is alive, completing the sentence "it …"; null = nothing hinders it. */
  get hindrance(): string | null {
    return this.#hindrance;
  }

  /** Tells when `hindrance` changes. */
  onHindrance(tell: () => void): Disposable {
    this.#watchers.add(tell);
    return { [Symbol.dispose]: () => void this.#watchers.delete(tell) };
  }

  /** Where a port of the container is published on loopback. */
  hostPort(containerPort: number): number | null {
    const port = Number(this.#ports[`${containerPort}/tcp`]?.[0]?.HostPort);
    return Number.isNaN(port) || port === 0 ? null : port;
  }

  stop({ timeoutMs = this.#options.stopTimeoutMs, now = false } = {}): Promise<Exit> {
    if (this.#ending) return this.exited;
    if (this.#options.letGo()) this.#leave({ by: "code", code: 0 });
    else if (now) void this.#kill();
    else if (this.#stopping === "no") void this.#ask(timeoutMs);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #hear(event: ContainerEvent): void {
    switch (event.on) {
      case "die":
        void this.#ended(event.exitCode);
        return;
      case "destroy":
        void this.#ended(null);
        return;
      case "oom":
        this.#outOfMemory = true;
        return;
      case "pause":
        this.#hinder("is paused (docker unpause)");
        return;
      case "unpause":
        this.#hinder(null);
        return;
      case "lost":
        this.#hinder("runs on a Docker that does not answer");
        return;
      case "back":
        void this.#reconcile();
        return;
      // Whether it dies of the signal is told by `die`.
      case "kill":
        this.#killedByDocker ||= event.signal === "SIGKILL";
        return;
      default:
        event satisfies never;
    }
  }

  #hinder(why: string | null): void {
    if (this.#hindrance === why) return;
    this.#hindrance = why;
    for (const tell of this.#watchers) tell();
  }

  /** Looks at the container itself: what was not told, or told to nobody, is caught up with. */
  async #reconcile(): Promise<void> {
    const { container, logs } = this.#options;
    try {
      const info = await container.inspect();
      const { State, NetworkSettings } = info;
      if (this.#ending) return;
      if (!State.Running) {
        this.#outOfMemory ||= State.OOMKilled;
        await this.#ended(State.ExitCode);
        return;
      }
      this.#ports = NetworkSettings.Ports;
      this.#hinder(State.Paused ? "is paused (docker unpause)" : null);
      await logs.follow();
    } catch (error) {
      if (isNotFound(error)) await this.#ended(null);
      // Any other failure is Docker going away again, which is told as `lost` and followed by `back`.
    }
  }

  async #ask(timeoutMs: number): Promise<void> {
    this.#stopping = "asked";
    const own = field(this.#options.info.Config, "StopSignal");
    void this.#send(typeof own === "string" && own !== "" ? own : "SIGTERM");
    await this.#rest(timeoutMs);
    if (!this.#gone.signal.aborted) await this.#kill();
  }

  async #kill(): Promise<void> {
    if (this.#stopping === "killed") return;
    this.#stopping = "killed";
    void this.#send("SIGKILL");
    await this.#rest(DAEMON_GRACE_MS);
    if (this.#gone.signal.aborted) return;
    const { name, link, container } = this.#options;
    // Nobody may wait for ever for a Docker that does not answer.
    link.say(
      "warn",
      name,
      `Docker does not end the container ${container.id.slice(0, 12)} of ${name}; it is removed by the next agents up or down.`,
    );
    this.#leave(KILLED);
  }

  async #send(signal: string): Promise<void> {
    const { container, link, name } = this.#options;
    try {
      await container.kill({ signal });
    } catch (error) {
      // 409, 404: it has ended already, which was told, or is found now.
      if (statusOf(error) === 409 || isNotFound(error)) await this.#reconcile();
      else if (!isUnreachable(error))
        link.say("warn", name, `${name} cannot be stopped: ${reasonOf(error)}.`);
    }
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#gone.signal }).catch(() => undefined);
  }

  /** Null: it was removed together with the knowledge of how it ended. */
  async #ended(exitCode: number | null): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const { container, logs, keep, link, name } = this.#options;
    await logs.finish();
    const unexplained = exitCode === SIGKILL_EXIT && this.#stopping === "no" && !this.#killedByDocker;
    const outOfMemory = unexplained && (await this.#wasOutOfMemory());
    if (!keep) {
      try {
        await removeContainer(container);
      } catch (error) {
        const why = isUnreachable(error) ? "Docker does not answer" : reasonOf(error);
        link.say("warn", name, `The ended container of ${name} is left for the next start: ${why}.`);
      }
    }
    this.#finish(exitCode === null ? KILLED : exitOf(exitCode, outOfMemory));
  }

  /** Docker learns of it by another way than of the death: sometimes later, and sometimes not at all. */
  async #wasOutOfMemory(): Promise<boolean> {
    const { container, info, killedForMemory } = this.#options;
    const limited = (info.HostConfig.Memory ?? 0) > 0;
    if (killedForMemory() && limited) return true;
    const deadline = performance.now() + (limited ? OUT_OF_MEMORY_MS : 0);
    try {
      while (!this.#outOfMemory) {
        this.#outOfMemory = (await container.inspect()).State.OOMKilled;
        if (performance.now() >= deadline) break;
        if (!this.#outOfMemory) await sleep(LOOK_MS);
      }
    } catch {
      // It is gone: what is known is all there is to know.
    }
    return this.#outOfMemory;
  }

  /** It runs on, perhaps; we no longer have anything to do with it. */
  #leave(exit: Exit): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#options.logs.detach();
    this.#finish(exit);
  }

  #finish(exit: Exit): void {
    this.#subscription[Symbol.dispose]();
    this.#gone.abort();
    this.#options.onGone();
    this.#end.resolve(exit);
  }
}
