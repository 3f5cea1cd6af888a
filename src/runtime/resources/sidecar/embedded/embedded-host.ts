import { Agent } from "node:http";
import { AgentsError } from "../../../model/errors.ts";
import { eventsFile, openEventsForWriting } from "../../../journal/schema.ts";
import type {
  DeclaredApp,
  PublishRequest,
  ReplayResult,
  SidecarEvent,
  SidecarSpec,
  SidecarStarted,
} from "../sidecar-host.ts";
import { Bus } from "./bus/bus.ts";
import { DEFAULT_RETRY } from "./bus/retry-policy.ts";
import { defaultPubsub, openComponents, type Components } from "./components.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";
import { makeEvent } from "./publish/make-event.ts";
import { Sidecar } from "./sidecar.ts";
import { tokensOf } from "./tokens.ts";
import { DatabaseFiles } from "./store/database-files.ts";
import { DEFAULT_RETENTION, Pruner } from "./store/pruner.ts";

/** Changes in the journal are told at most so often. */
const TELL_EVERY_MS = 50;
/** What is in flight when the host ends has so long to finish. */
const STOP_GRACE_MS = 300;
const SWEEP_EVERY_MS = 60_000;
/** At the end, another program that holds a file is waited for so long. */
const CLOSE_BUSY_MS = 100;
/** Every commit looks whether the files are still there; this is for when nobody writes. */
const LOOK_EVERY_MS = 1000;

/** All the embedded sidecars of one run, on the event loop that it is made on: one bus, one port per agent. */
export class EmbeddedHost {
  readonly #bus: Bus;
  readonly #components: Components;
  readonly #invokeAgent = new Agent({ keepAlive: true, scheduling: "lifo", timeout: 2000 });
  readonly #tokens = tokensOf(process.env);
  readonly #sidecars = new Map<string, Sidecar>();
  /** Those that are being closed: the next of the same app waits for its port and its lane. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #tell: (event: SidecarEvent) => void;
  readonly #pruner: Pruner;
  readonly #hurry: () => void;
  readonly #closeFiles: () => void;
  readonly #sweep: NodeJS.Timeout;
  readonly #look: NodeJS.Timeout;
  #journalTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: EmbeddedHostOptions, tell: (event: SidecarEvent) => void) {
    this.#tell = tell;
    this.#components = openComponents(options.components, options.stateDir, options.root);
    const { db, movedAside } = openEventsForWriting(options.stateDir);
    const files = new DatabaseFiles(eventsFile(options.stateDir));
    this.#bus = new Bus(db, {
      files,
      retry: options.retry ?? DEFAULT_RETRY,
      appToken: this.#tokens.app,
      onCommit: () => this.#journalChanged(),
      log: (appId, level, text) => tell({ type: "log", appId, level, text }),
    });
    this.#pruner = new Pruner(db, this.#bus, options.retention ?? DEFAULT_RETENTION);
    this.#sweep = setInterval(() => this.#sweepStates(), SWEEP_EVERY_MS).unref();
    this.#look = this.#watchFiles(files);
    // The end is not kept waiting by another program that holds a file: what is not written then is found again.
    this.#hurry = () => {
      db.exec(`PRAGMA busy_timeout = ${CLOSE_BUSY_MS}`);
      for (const store of this.#components.stores.values()) store.waitAtMost(CLOSE_BUSY_MS);
    };
    this.#closeFiles = () => {
      const { commit, store } = this.#bus;
      this.#bestEffort("the journal was not tidied at the end", () => {
        if (commit.lost === null) commit.write(() => store.saveCounter());
        commit.flush();
        db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      });
      this.#bestEffort("the journal was not closed", () => db.close());
      for (const one of this.#components.stores.values())
        this.#bestEffort(`${one.name} was not closed`, () => one.close());
    };
    if (movedAside !== null) {
      tell({
        type: "log",
        appId: "agents",
        level: "error",
        text: `the journal was damaged; it is kept as ${movedAside} and a new one begins`,
      });
    }
  }

  /** Registers what the agents of the config declare, started or not; the subscriptions of all others end. */
  async configure(apps: readonly DeclaredApp[]): Promise<void> {
    const { subscriptions, commit } = this.#bus;
    const pubsub = defaultPubsub(this.#components.pubsubs);
    for (const { appId, subscribes } of apps) subscriptions.declare(appId, pubsub, subscribes);
    const left = subscriptions.agents().filter((agent) => !apps.some(({ appId }) => appId === agent));
    for (const agent of left) subscriptions.forget(agent);
    await commit.committed();
  }

  async start(spec: SidecarSpec): Promise<SidecarStarted> {
    await this.stop(spec.appId);
    const sidecar = new Sidecar(spec, {
      bus: this.#bus,
      components: this.#components,
      invokeAgent: this.#invokeAgent,
      tokens: this.#tokens,
      appPort: (appId) => this.#sidecars.get(appId)?.spec.appPort ?? null,
      tell: this.#tell,
      onShutdown: (appId) => void this.#shutDown(appId),
    });
    this.#sidecars.set(spec.appId, sidecar);
    try {
      return { appId: spec.appId, httpPort: await sidecar.start() };
    } catch (error) {
      this.#sidecars.delete(spec.appId);
      await sidecar.close(0);
      throw error;
    }
  }

  appReady(appId: string): void {
    this.#sidecars
      .get(appId)
      ?.appReady()
      .catch((error: unknown) =>
        this.#tell({
          type: "log",
          appId,
          level: "error",
          text: `its subscriptions cannot be saved: ${String(error)}`,
        }),
      );
  }

  async appGone(appId: string, graceMs: number): Promise<void> {
    await this.#sidecars.get(appId)?.appGone(graceMs);
  }

  async stop(appId: string): Promise<void> {
    const sidecar = this.#sidecars.get(appId);
    this.#sidecars.delete(appId);
    if (sidecar !== undefined) {
      const closing = sidecar.close(STOP_GRACE_MS).finally(() => this.#closing.delete(appId));
      this.#closing.set(appId, closing);
    }
    await this.#closing.get(appId);
  }

  async forget(appId: string): Promise<void> {
    await this.stop(appId);
    this.#bus.subscriptions.forget(appId);
    await this.#bus.commit.committed();
  }

  async publish({ pubsub, topic, body, contentType, raw }: PublishRequest): Promise<void> {
    if (!this.#components.pubsubs.has(pubsub)) {
      throw new AgentsError("AGENTS_PUBLISH_FAILED", `There is no pubsub component ${pubsub}.`, {
        found: pubsub,
        expected: [...this.#components.pubsubs].join(", ") || "a pubsub component in the config",
        hint: "Events of the CLI go to agents-pubsub: name a pubsub component so in the config, under components.",
      });
    }
    const input = {
      appId: "agents",
      pubsub,
      topic,
      body: Buffer.from(body),
      contentType,
      metadata: {},
      traceparent: null,
      tracestate: null,
    };
    const made = makeEvent(input, raw, Date.now());
    if (!made.ok)
      throw new AgentsError("AGENTS_PUBLISH_FAILED", `no CloudEvent can be made of the event: ${made.why}`);
    this.#bus.accept(made.event);
    await this.#bus.commit.committed();
  }

  replay(eventId: string, to: string | null): Promise<ReplayResult> {
    return this.#bus.replay(eventId, to);
  }

  retry(eventId: string): Promise<ReplayResult> {
    return this.#bus.retry(eventId);
  }

  /** Ends everything: in-flight deliveries get a moment, what is written is committed, ports and files are closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pruner.stop();
    clearInterval(this.#sweep);
    clearInterval(this.#look);
    this.#hurry();
    const apps = new Set([...this.#sidecars.keys(), ...this.#closing.keys()]);
    await Promise.allSettled([...apps].map((appId) => this.stop(appId)));
    this.#invokeAgent.destroy();
    if (this.#journalTimer !== null) clearTimeout(this.#journalTimer);
    this.#closeFiles();
    this.#tell({ type: "journal" });
  }

  async #shutDown(appId: string): Promise<void> {
    await this.stop(appId);
    this.#tell({ type: "stopped", appId, reason: "it was shut down through its API" });
  }

  #journalChanged(): void {
    if (this.#closed) return;
    this.#journalTimer ??= setTimeout(() => {
      this.#journalTimer = null;
      this.#tell({ type: "journal" });
    }, TELL_EVERY_MS);
  }

  /** Tells once of each database whose files are gone. */
  #watchFiles(events: DatabaseFiles): NodeJS.Timeout {
    const tell = (reason: string): void => this.#tell({ type: "lost", reason });
    events.onLost = (reason) => {
      tell(reason);
      this.#bus.holdAll();
    };
    const stores = [...this.#components.stores.values()].flatMap(({ files }) => files ?? []);
    for (const files of stores) files.onLost = tell;
    return setInterval(() => {
      for (const files of [events, ...stores]) files.look();
    }, LOOK_EVERY_MS).unref();
  }

  #sweepStates(): void {
    for (const store of this.#components.stores.values()) {
      // Where another program holds the file, the next sweep does it.
      this.#bestEffort(`what has expired in ${store.name} stays for now`, () => store.sweep());
    }
  }

  #bestEffort(failed: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell({ type: "log", appId: "agents", level: "warn", text: `${failed}: ${why}` });
    }
  }
}
