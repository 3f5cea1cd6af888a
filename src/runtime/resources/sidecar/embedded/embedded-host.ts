import { Agent } from "node:http";
import { eventsFile, openEventsForWriting } from "../../../journal/schema.ts";
import type { UserResource } from "../yaml/user-resources.ts";
import type {
  DeclaredApp,
  PublishRequest,
  ReplayResult,
  SidecarEvent,
  SidecarSpec,
  SidecarStarted,
} from "../sidecar-host.ts";
import type { DaprdCall } from "../daprd/host/daprd-calls.ts";
import { LazyDaprd } from "../daprd/host/lazy-daprd.ts";
import { Bus } from "./bus/bus.ts";
import { DEFAULT_RETRY } from "./bus/retry-policy.ts";
import { defaultPubsub, type ListedComponent } from "./components/app-components.ts";
import { componentsIn, type ComponentSpec } from "./components/component-spec.ts";
import { ComponentSet } from "./components/component-set.ts";
import { ResourceFolders } from "./components/resource-folders.ts";
import { specsOfConfig } from "./components/specs-of-config.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";
import { JournalBell } from "./journal-bell.ts";
import { publishOwn, sharedPubsub } from "./publish-own.ts";
import { appResources, sameResources } from "./resources/app-resources.ts";
import { configurations } from "./resources/configuration-files.ts";
import { Sidecar, type SidecarSurroundings } from "./sidecar.ts";
import type { SidecarTraits } from "./sidecar-traits.ts";
import { tokensOf } from "./tokens.ts";
import { DatabaseFiles } from "./store/database-files.ts";
import { leaveJournal } from "./store/leave-journal.ts";
import { DEFAULT_RETENTION, Pruner } from "./store/pruner.ts";

/** Reason of a `stopped` that waits for nothing. */
export const FORCED = "it was forced to shut down through its API";
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
  readonly #components: ComponentSet;
  readonly #folders: ResourceFolders;
  readonly #invokeAgent = new Agent({ keepAlive: true, scheduling: "lifo", timeout: 2000 });
  readonly #tokens = tokensOf(process.env);
  readonly #sidecars = new Map<string, Sidecar>();
  /** Those that are being closed: the next of the same app waits for its port and its lane. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #tell: (event: SidecarEvent) => void;
  /** What daprds of the run need of this thread. */
  readonly #daprd: LazyDaprd;
  readonly #pruner: Pruner;
  readonly #hurry: () => void;
  readonly #closeFiles: () => void;
  readonly #sweep: NodeJS.Timeout;
  readonly #look: NodeJS.Timeout;
  readonly #bell: JournalBell;
  #closed = false;
  readonly #options: EmbeddedHostOptions;
  #ofConfig: readonly ComponentSpec[];
  /** What stands in the folders and files, as they were read last. */
  #resources: readonly UserResource[] = [];

  /**
   * Opens the journal and the components.
   *
   * @throws AgentsError what cannot be served; nothing is left open then
   */
  static async open(
    options: EmbeddedHostOptions,
    tell: (event: SidecarEvent) => void,
  ): Promise<EmbeddedHost> {
    const folders = new ResourceFolders(options.resources ?? []);
    const host = new EmbeddedHost(options, folders, tell);
    try {
      await host.#components.open([...(await host.#read()), ...host.#ofConfig]);
      // Not waited for: a start does not take longer for what may change later.
      void host.#follow();
      if (options.soonOnRedis === true) host.#daprd.preload();
      return host;
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  private constructor(
    options: EmbeddedHostOptions,
    folders: ResourceFolders,
    tell: (event: SidecarEvent) => void,
  ) {
    this.#options = options;
    this.#ofConfig = specsOfConfig(options.components);
    this.#tell = tell;
    this.#bell = new JournalBell(() => tell({ type: "journal" }));
    this.#folders = folders;
    const journal = options.journal ?? eventsFile(options.stateDir);
    const { db, movedAside } = openEventsForWriting(journal);
    const files = new DatabaseFiles(journal);
    this.#bus = new Bus(db, {
      files,
      appToken: this.#tokens.app,
      pubsubOf: (agent, name) => this.#components.of(agent).pubsubs.get(name) ?? null,
      onCommit: () => this.#bell.changed(),
      log: (appId, level, text) => tell({ type: "log", appId, level, text }),
    });
    const lost = (reason: string): void => tell({ type: "lost", reason });
    this.#components = new ComponentSet({
      bus: this.#bus,
      stateDir: options.stateDir,
      root: options.root,
      env: process.env,
      groups: options.groups ?? "own",
      isTailed: (pubsub) => this.#daprd.tails(pubsub),
      tellOfServer: (level, text) => tell({ type: "log", appId: "agents", level, text, about: "server" }),
      log: (appId, level, text) => tell({ type: "log", appId, level, text }),
      onStore: ({ files: its }) => {
        if (its !== null) its.onLost = lost;
      },
    });
    this.#daprd = new LazyDaprd(db, this.#bus, this.#tokens.app, tell);
    this.#pruner = new Pruner(db, this.#bus, options.retention ?? DEFAULT_RETENTION);
    this.#sweep = setInterval(() => this.#sweepStates(), SWEEP_EVERY_MS).unref();
    this.#look = this.#watchFiles(files);
    // The end is not kept waiting by another program that holds a file: what is not written then is found again.
    this.#hurry = () => {
      db.exec(`PRAGMA busy_timeout = ${CLOSE_BUSY_MS}`);
      for (const store of this.#components.stores) store.waitAtMost(CLOSE_BUSY_MS);
    };
    this.#closeFiles = () => {
      const { commit, store } = this.#bus;
      this.#bestEffort("the journal was not tidied at the end", () => leaveJournal(db, commit, store));
      commit.close();
      this.#bestEffort("the journal was not closed", () => db.close());
    };
    if (movedAside !== null) {
      const text = `the journal was damaged; it is kept as ${movedAside} and a new one begins`;
      tell({ type: "log", appId: "agents", level: "error", text });
    }
  }

  /** Components on these resources are in a Redis of their own. */
  async place(redis: Readonly<Record<string, string>>): Promise<void> {
    this.#ofConfig = specsOfConfig(this.#options.components, redis);
    await this.#components.change([...(await this.#read()), ...this.#ofConfig]);
  }

  /** Registers what the agents of the config declare, started or not; the subscriptions of all others end. */
  async configure(apps: readonly DeclaredApp[]): Promise<void> {
    const { subscriptions, commit } = this.#bus;
    for (const { appId, subscribes } of apps)
      subscriptions.declare(appId, defaultPubsub(this.#components.pubsubs(appId)), subscribes);
    const left = subscriptions.agents().filter((agent) => !apps.some(({ appId }) => appId === agent));
    for (const agent of left) subscriptions.forget(agent);
    await commit.committed();
    await this.#daprd.configured();
  }

  async daprd(call: DaprdCall): Promise<void> {
    await this.#daprd.do(call);
  }

  async caughtUp(): Promise<void> {
    await this.#daprd.caughtUp();
  }

  async start(spec: SidecarSpec, traits: SidecarTraits = {}): Promise<SidecarStarted> {
    await this.stop(spec.appId);
    const surroundings: SidecarSurroundings = {
      bus: this.#bus,
      components: this.#components,
      invokeAgent: this.#invokeAgent,
      tokens: this.#tokens,
      resources: (appId) => appResources(this.#resources, appId),
      retryFor: (type) =>
        this.#options.onlyOwnRetries === true && type !== "pubsub.agents"
          ? null
          : (this.#options.retry ?? DEFAULT_RETRY),
      app: (appId) => this.#sidecars.get(appId)?.app ?? null,
      tell: this.#tell,
      onSubscribed: async () => await this.#daprd.configured(),
      onShutdown: (appId, forced) => void this.#shutDown(appId, forced),
    };
    const sidecar = new Sidecar(spec, surroundings, traits);
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
    this.#daprd.appReady(appId);
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

  /** The components that an app has at present. */
  components(appId: string): readonly ListedComponent[] {
    return this.#components.of(appId).listed;
  }

  async appGone(appId: string, graceMs: number): Promise<void> {
    await this.#daprd.appGone(appId, graceMs);
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
    await this.#daprd.configured();
  }

  async publish(request: PublishRequest): Promise<void> {
    const { pubsub } = request;
    await publishOwn(
      (await this.#daprd.broker(pubsub)) ?? (await sharedPubsub(this.#components, pubsub)),
      request,
    );
    // Whoever asked looks for it in the journal.
    await this.#bus.commit.committed();
  }

  async replay(eventId: string, to: string | null): Promise<ReplayResult> {
    return this.#noticed(await this.#daprd.replay(eventId, to)) ?? (await this.#bus.replay(eventId, to));
  }

  async retry(eventId: string): Promise<ReplayResult> {
    return this.#noticed(await this.#daprd.retry(eventId)) ?? (await this.#bus.retry(eventId));
  }

  /** Ends everything: in-flight deliveries get a moment, what is written is committed, ports and files are closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pruner.stop();
    clearInterval(this.#sweep);
    clearInterval(this.#look);
    this.#hurry();
    // What a gate records at its end is still written.
    await this.#daprd.close();
    const apps = new Set([...this.#sidecars.keys(), ...this.#closing.keys()]);
    await Promise.allSettled([...apps].map((appId) => this.stop(appId)));
    this.#invokeAgent.destroy();
    await this.#folders.close();
    await this.#components.close();
    this.#closeFiles();
    this.#bell.close();
  }

  /** The components of the folders, as they are now. */
  async #read(): Promise<readonly ComponentSpec[]> {
    const { resources, warnings } = await this.#folders.read();
    for (const text of warnings) this.#tell({ type: "log", appId: "agents", level: "warn", text });
    this.#resources = [
      ...resources.filter(({ kind }) => kind !== "Configuration" || this.#options.configs === undefined),
      ...(await configurations(this.#options.configs ?? [])),
    ];
    return componentsIn(resources);
  }

  /** Components follow what is written in the folders. */
  async #follow(): Promise<void> {
    const reload = async (): Promise<void> => {
      await this.#reload().catch((error: unknown) => {
        const text = `the components stay as they were: ${error instanceof Error ? error.message : String(error)}`;
        this.#tell({ type: "log", appId: "agents", level: "error", text });
      });
    };
    // What was written between the first reading and now is found by another one.
    if (await this.#folders.watch(() => void reload())) await reload();
  }

  async #reload(): Promise<void> {
    const before = this.#resources;
    const written = await this.#read();
    if (this.#closed) return;
    const changes = await this.#components.change([...written, ...this.#ofConfig]);
    for (const sidecar of this.#sidecars.values()) sidecar.componentsChanged();
    if (!sameResources(before, this.#resources))
      for (const sidecar of this.#sidecars.values()) await sidecar.resourcesChanged();
    if (changes !== "")
      this.#tell({ type: "log", appId: "agents", level: "info", text: `components: ${changes}` });
  }

  /** What was put back into a stream by hand is looked for at once. */
  #noticed(result: ReplayResult | null): ReplayResult | null {
    if (result?.found === true) for (const agent of result.agents) this.#sidecars.get(agent)?.lookAgain();
    return result;
  }

  async #shutDown(appId: string, forced: boolean): Promise<void> {
    if (!forced) await this.stop(appId);
    this.#tell({ type: "stopped", appId, reason: forced ? FORCED : "it was shut down through its API" });
  }

  /** Tells once of each database whose files are gone. */
  #watchFiles(events: DatabaseFiles): NodeJS.Timeout {
    events.onLost = (reason) => {
      this.#tell({ type: "lost", reason });
      this.#bus.holdAll();
    };
    return setInterval(() => {
      events.look();
      for (const { files } of this.#components.stores) files?.look();
    }, LOOK_EVERY_MS).unref();
  }

  #sweepStates(): void {
    for (const store of this.#components.stores) {
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
