import { join } from "node:path";
import { writeJsonFile } from "../control/json-file.ts";
import { stateDirOf } from "../control/state-dir.ts";
import type { ResolvedConfig } from "../model/resolved.ts";
import type { HostedContainer } from "../resources/container/container-host.ts";
import { ContainerHost } from "../resources/container/container-host.ts";
import type { ContainerResource } from "../resources/container/container-resource.ts";
import type { DockerSocket } from "../resources/container/remove-run-containers.ts";
import { killedForMemory } from "../resources/process/out-of-memory.ts";
import { describeHolder, portHolder } from "../resources/process/port-holder.ts";
import { DOCKER_NOTE } from "./docker-note.ts";
import type { Teller } from "./teller.ts";

/** Told which containers to remove if this process dies; the watchdog. */
export interface ContainerGuard {
  guardDocker(docker: DockerSocket): void;
  addContainer(id: string): void;
  removeContainer(id: string): void;
}

export interface ContainersOptions {
  readonly config: Pick<ResolvedConfig, "name" | "root">;
  readonly runId: string;
  readonly tell: Teller;
}

/** `leave`: persistent containers run on. `down`: nothing stays but volumes. */
export type Ending = "leave" | "down";

/** The containers of a run, from the first look at Docker to the end of the run. */
export class Containers implements AsyncDisposable {
  readonly host: ContainerHost;
  readonly #note: string;
  readonly #duty: Duty;
  readonly #project: string;
  #begun = false;
  #closed: Promise<void> | null = null;

  /** @throws AgentsError where there is no Docker that can be used. */
  static async open({ config, runId, tell }: ContainersOptions): Promise<Containers> {
    const duty = new Duty();
    const host = await ContainerHost.open({
      project: { name: config.name, root: config.root },
      runId,
      keeper: duty,
      killedForMemory,
      letGo: () => duty.ending === "leave",
      describeHolder: async (port) => {
        const holder = await portHolder(port);
        return holder === null ? null : describeHolder(holder);
      },
      onNotice: ({ level, text }) => (level === "warn" ? tell.warning(text) : tell.info(text)),
    });
    return new Containers(host, join(stateDirOf(config.root), DOCKER_NOTE), duty, config.name);
  }

  private constructor(host: ContainerHost, note: string, duty: Duty, project: string) {
    this.host = host;
    this.#note = note;
    this.#duty = duty;
    this.#project = project;
  }

  /** From here on there may be something of this project in Docker; what the config no longer has is removed. */
  async begin(names: ReadonlySet<string>): Promise<void> {
    this.#begun = true;
    writeJsonFile(this.#note, { version: 1, project: this.#project });
    await this.host.sweep(names);
  }

  guardBy(guard: ContainerGuard): void {
    this.#duty.guard = guard;
    if (this.host.socket !== null) guard.guardDocker(this.host.socket);
  }

  resource(hosted: HostedContainer): ContainerResource {
    return this.host.resource(hosted);
  }

  /** The run is about to stop everything. */
  ending(how: Ending): void {
    this.#duty.ending = how;
  }

  /** Nothing was begun: only the connection is given back. */
  letGo(): void {
    this.#closed ??= Promise.resolve(this.host.letGo());
  }

  /** After everything was stopped. Idempotent. */
  close(): Promise<void> {
    if (!this.#begun) this.letGo();
    this.#closed ??= this.host.close({ removePersistent: this.#duty.ending === "down" });
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What the host asks for, and is known only later. */
class Duty {
  guard: ContainerGuard | null = null;
  ending: Ending | null = null;

  add(id: string): void {
    this.guard?.addContainer(id);
  }

  remove(id: string): void {
    this.guard?.removeContainer(id);
  }
}
