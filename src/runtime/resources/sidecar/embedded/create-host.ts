import type {
  DeclaredApp,
  PublishRequest,
  ReplayResult,
  SidecarEvent,
  SidecarHost,
  SidecarSpec,
  SidecarStarted,
} from "../sidecar-host.ts";
import type { DaprdCall } from "../daprd/host/daprd-calls.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";
import type { CallName, HostCalls } from "./messages.ts";
import { closedError, WorkerLink } from "./worker-link.ts";

/** What begins something: refused where the worker has ended, unlike what ends something. */
const STARTS: ReadonlySet<DaprdCall["do"]> = new Set(["connect", "open-gate", "before-start"]);

/**
 * Starts the embedded sidecars of a run in a worker thread: in the given one, which may have been started before there
 * was anything to serve. Rejects with what is wrong where a component cannot be served or the journal cannot be opened.
 */
export async function createEmbeddedSidecarHost(
  options: EmbeddedHostOptions,
  link = new WorkerLink(),
): Promise<SidecarHost> {
  const host = new WorkerHost(options, link);
  await host.open();
  return host;
}

/**
 * The host over all its workers: one that failed is replaced by the next `start`. What was accepted is on disk; what
 * only the orchestrator knows (which agents there are, which of them are ready) is kept here and told again.
 */
class WorkerHost implements SidecarHost {
  readonly #options: EmbeddedHostOptions;
  readonly #listeners = new Set<(event: SidecarEvent) => void>();
  /** Where real Redis servers are; null until it was said. */
  #places: Readonly<Record<string, string>> | null = null;
  /** What the agents of the config declare; null until it was said, as then no subscription may end. */
  #declared: Map<string, DeclaredApp> | null = null;
  /** Apps that listen now, whether or not their sidecar does. */
  readonly #appsReady = new Set<string>();
  readonly #ports = new Map<string, number>();
  /** The Redis of the run, once it was connected. */
  #streams: DaprdCall | null = null;
  #link: WorkerLink;
  #replacement: Promise<WorkerLink> | null = null;
  /** Told before anybody listened. */
  #early: SidecarEvent[] = [];
  #closing: Promise<void> | null = null;

  constructor(options: EmbeddedHostOptions, link: WorkerLink) {
    this.#options = options;
    this.#link = link;
  }

  async open(): Promise<void> {
    await this.#open(this.#link);
  }

  async place(redis: Readonly<Record<string, string>>): Promise<void> {
    this.#places = redis;
    await this.#link.ask("place", redis);
  }

  async configure(apps: readonly DeclaredApp[]): Promise<void> {
    this.#declared = new Map(apps.map(({ appId, subscribes }) => [appId, { appId, subscribes }]));
    await this.#link.ask("configure", apps);
  }

  async start(spec: SidecarSpec): Promise<SidecarStarted> {
    const { appId, subscribes } = spec;
    this.#declared?.set(appId, { appId, subscribes });
    const link = this.#link.ended ? await this.#replace() : this.#link;
    const last = this.#ports.get(appId);
    // An app that listens was told the port when it started: no other is of use to it.
    const stays = last !== undefined && this.#appsReady.has(appId);
    const started = await link.ask("start", stays ? { ...spec, httpPort: last, mayMove: false } : spec);
    this.#ports.set(appId, started.httpPort);
    // An app that goes on while its sidecar starts anew does not become ready again by itself.
    if (this.#appsReady.has(appId)) this.#tellReady(link, appId);
    return started;
  }

  portOf(appId: string): number | null {
    return this.#ports.get(appId) ?? null;
  }

  appReady(appId: string): void {
    this.#appsReady.add(appId);
    this.#tellReady(this.#link, appId);
  }

  async appGone(appId: string, graceMs: number): Promise<void> {
    this.#appsReady.delete(appId);
    await this.#askIfAlive("appGone", { appId, graceMs });
  }

  async stop(appId: string): Promise<void> {
    await this.#askIfAlive("stop", appId);
  }

  async forget(appId: string): Promise<void> {
    this.#appsReady.delete(appId);
    this.#declared?.delete(appId);
    this.#ports.delete(appId);
    await this.#askIfAlive("forget", appId);
  }

  async publish(request: PublishRequest): Promise<void> {
    await this.#link.ask("publish", request);
  }

  replay(eventId: string, to: string | null): Promise<ReplayResult> {
    return this.#link.ask("replay", { eventId, to });
  }

  retry(eventId: string): Promise<ReplayResult> {
    return this.#link.ask("retry", eventId);
  }

  async daprd(call: DaprdCall): Promise<void> {
    if (call.do === "connect") this.#streams = call;
    const link = this.#link.ended && STARTS.has(call.do) ? await this.#replace() : this.#link;
    if (STARTS.has(call.do)) await link.ask("daprd", call);
    else await this.#askIfAlive("daprd", call);
    // The gate of an app that goes on while its sidecar starts anew.
    if (call.do === "open-gate" && this.#appsReady.has(call.gate.agent))
      this.#tellReady(link, call.gate.agent);
  }

  async caughtUp(): Promise<void> {
    await this.#askIfAlive("caughtUp", null);
  }

  async releaseMemory(): Promise<void> {
    await this.#askIfAlive("releaseMemory", null);
  }

  onEvent(listener: (event: SidecarEvent) => void): Disposable {
    this.#listeners.add(listener);
    const early = this.#early;
    this.#early = [];
    for (const event of early) listener(event);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // One that just starts has ports and files to give back too.
    await this.#replacement?.catch(() => null);
    await this.#link.close();
  }

  async #open(link: WorkerLink): Promise<void> {
    await link.open(this.#options, (event) => this.#tell(event));
  }

  /** All sidecars that start after a failure share the one new worker. */
  #replace(): Promise<WorkerLink> {
    if (this.#closing !== null) return Promise.reject(closedError());
    this.#replacement ??= this.#makeReplacement().finally(() => (this.#replacement = null));
    return this.#replacement;
  }

  async #makeReplacement(): Promise<WorkerLink> {
    // The journal has one writer, and the sidecars have their ports: the old one must be gone.
    await this.#link.exited;
    const link = new WorkerLink();
    await this.#open(link);
    try {
      if (this.#places !== null) await link.ask("place", this.#places);
      if (this.#declared !== null) await link.ask("configure", [...this.#declared.values()]);
      if (this.#streams !== null) await link.ask("daprd", this.#streams);
    } catch (error) {
      await link.close();
      throw error;
    }
    this.#link = link;
    return link;
  }

  #tellReady(link: WorkerLink, appId: string): void {
    link.ask("appReady", appId).catch(() => {
      // The worker has ended, `failed` was told: the app is told ready again when its sidecar is back.
    });
  }

  /** What a worker that has ended has done already: it holds nothing any more. */
  async #askIfAlive<Name extends CallName>(call: Name, args: HostCalls[Name]["args"]): Promise<void> {
    const link = this.#link;
    try {
      await link.ask(call, args);
    } catch (error) {
      if (!link.ended) throw error;
    }
  }

  #tell(event: SidecarEvent): void {
    if (this.#listeners.size === 0 && event.type !== "journal") this.#early.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
