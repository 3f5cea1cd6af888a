import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { abortable } from "./abortable.ts";
import type { ContainerEvent, EventMessage } from "./container-events.ts";
import { containerEvent } from "./container-events.ts";
import type { DockerEnvironment } from "./docker-address.ts";
import { describeAddress } from "./docker-address.ts";
import type { DockerConnection } from "./docker.ts";
import { connectDocker } from "./docker.ts";
import type { Project } from "./identity.ts";
import { LABEL, projectKey } from "./identity.ts";
import { parseJsonLines } from "./json-lines.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;
const PING_TIMEOUT_MS = 5_000;
/** A dockerd gives its containers so long to end (15 s), and closes its socket last. */
const LEAVING_MS = 20_000;

/** Something that a person is told. `resource`: whom it is about; null = all. */
export interface ContainerNotice {
  readonly level: "info" | "warn";
  readonly resource: string | null;
  readonly text: string;
}

export interface DockerLinkOptions {
  readonly project: Project;
  readonly onNotice: (notice: ContainerNotice) => void;
  readonly signal?: AbortSignal;
  readonly environment?: DockerEnvironment;
}

type Listener = (event: ContainerEvent) => void;

/**
 * The one connection of a run to Docker, with its event stream. A daemon that goes away is waited for, and whoever
 * listens to a container is told to look at it once it is back.
 */
export class DockerLink implements Disposable {
  readonly #connection: DockerConnection;
  readonly #options: DockerLinkOptions;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #closed = new AbortController();
  #up = Promise.withResolvers<void>();
  #gone = Promise.withResolvers<void>();
  #isUp = true;

  static async open(options: DockerLinkOptions): Promise<DockerLink> {
    const connection = await connectDocker(options.signal, options.environment);
    try {
      const link = new DockerLink(connection, options);
      void link.#listen(await link.#events());
      return link;
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(connection: DockerConnection, options: DockerLinkOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#up.resolve();
  }

  get docker(): Docker {
    return this.#connection.docker;
  }

  get connection(): DockerConnection {
    return this.#connection;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Resolves at once while Docker answers, else when it does again. Rejects when the signal aborts or the link is closed. */
  async whenUp(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isUp) return;
    await abortable(this.#up.promise, AbortSignal.any([signal, this.#closed.signal]));
  }

  /** After a Docker that is about to go away said so: resolves when it has, or has not within the time that it takes to stop. */
  async away(signal: AbortSignal): Promise<void> {
    const late = AbortSignal.any([signal, this.#closed.signal, AbortSignal.timeout(LEAVING_MS)]);
    await abortable(this.#gone.promise, late).catch(() => undefined);
    signal.throwIfAborted();
  }

  /** After a call that Docker did not answer: gives the event stream a moment to notice, too, that it went away. */
  async settled(): Promise<void> {
    await sleep(FIRST_PAUSE_MS, undefined, { signal: this.#closed.signal }).catch(() => undefined);
  }

  /** Tells what happens to a container until the subscription is disposed of. */
  subscribe(id: string, listener: Listener): Disposable {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
      },
    };
  }

  [Symbol.dispose](): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(new Error("the connection to Docker is closed"));
    this.#connection[Symbol.dispose]();
  }

  #events(): Promise<NodeJS.ReadableStream> {
    const label = [`${LABEL.projectKey}=${projectKey(this.#options.project)}`];
    return this.docker.getEvents({
      abortSignal: this.#closed.signal,
      filters: { type: ["container"], label },
    });
  }

  /** Hands on events, and begins again whenever the stream ends, until the link is closed. */
  async #listen(first: NodeJS.ReadableStream): Promise<void> {
    let stream: NodeJS.ReadableStream | null = first;
    while (stream !== null) {
      try {
        for await (const message of parseJsonLines<EventMessage>(stream)) this.#hear(message);
      } catch {
        // It broke: the same as its end.
      }
      stream = await this.#reconnect();
    }
  }

  #hear(message: EventMessage): void {
    const id = message.Actor?.ID;
    const event = id === undefined ? null : containerEvent(message);
    if (id === undefined || event === null) return;
    for (const tell of this.#listeners.get(id) ?? []) tell(event);
  }

  async #reconnect(): Promise<NodeJS.ReadableStream | null> {
    const { signal } = this.#closed;
    if (signal.aborted) return null;
    this.#isUp = false;
    this.#up = Promise.withResolvers();
    this.#gone.resolve();
    const where = describeAddress(this.#connection.address);
    this.say(
      "warn",
      null,
      `Docker at ${where} no longer answers; its containers are looked at again once it does.`,
    );
    this.#tellAll({ on: "lost" });
    const stream = await this.#tryAgain();
    if (stream === null) return null;
    this.#isUp = true;
    this.#gone = Promise.withResolvers();
    this.#up.resolve();
    this.say("info", null, "Docker answers again.");
    this.#tellAll({ on: "back" });
    return stream;
  }

  async #tryAgain(): Promise<NodeJS.ReadableStream | null> {
    const { signal } = this.#closed;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await abortable(this.docker.ping(), AbortSignal.any([signal, AbortSignal.timeout(PING_TIMEOUT_MS)]));
        return await this.#events();
      } catch {
        // Not yet.
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  #tellAll(event: ContainerEvent): void {
    const all = [...this.#listeners.values()].flatMap((listeners) => [...listeners]);
    for (const tell of all) tell(event);
  }

  say(level: ContainerNotice["level"], resource: string | null, text: string): void {
    this.#options.onNotice({ level, resource, text });
  }
}
