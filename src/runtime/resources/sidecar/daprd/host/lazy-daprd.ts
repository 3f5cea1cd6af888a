import type { DatabaseSync } from "node:sqlite";
import type { ReplayResult, SidecarEvent } from "../../sidecar-host.ts";
import type { Bus } from "../../embedded/bus/bus.ts";
import type { DaprdCall } from "./daprd-calls.ts";
import type { DaprdHost, DaprdHostOptions } from "./daprd-host.ts";

/** What daprds need of the sidecars' thread; its code is loaded where a run has one. */
export class LazyDaprd {
  readonly #options: DaprdHostOptions;
  #host: Promise<DaprdHost> | null = null;
  #loaded: DaprdHost | null = null;

  constructor(db: DatabaseSync, bus: Bus, appToken: string | undefined, tell: (event: SidecarEvent) => void) {
    const { store, commit, subscriptions } = bus;
    const topicsOf = (agent: string): ReadonlySet<string> =>
      new Set(subscriptions.of(agent).map(({ topic }) => topic));
    this.#options = {
      tables: { db, store, commit, subscriptions },
      before: new Map(subscriptions.agents().map((agent) => [agent, topicsOf(agent)])),
      appToken: appToken ?? null,
      tell,
    };
  }

  /** Loads what a run on a Redis will need, so that nothing waits for it later. */
  preload(): void {
    // What is wrong with it is told where it is used.
    Promise.all([import("./daprd-host.ts"), import("redis")]).catch(() => undefined);
  }

  async do(call: DaprdCall): Promise<void> {
    this.#host ??= this.#load();
    await (await this.#host).do(call);
  }

  appReady(appId: string): void {
    void this.#host?.then((host) => host.appReady(appId));
  }

  async appGone(appId: string, graceMs: number): Promise<void> {
    await (await this.#host)?.appGone(appId, graceMs);
  }

  async configured(): Promise<void> {
    await (await this.#host)?.configured();
  }

  async broker(pubsub: string): Promise<ReturnType<DaprdHost["broker"]>> {
    return (await this.#host)?.broker(pubsub) ?? null;
  }

  /** True where what is published to a pub/sub is read from its streams, and recorded. */
  tails(pubsub: string): boolean {
    return (this.#loaded?.broker(pubsub) ?? null) !== null;
  }

  async replay(eventId: string, to: string | null): Promise<ReplayResult | null> {
    return (await (await this.#host)?.replay(eventId, to)) ?? null;
  }

  async retry(eventId: string): Promise<ReplayResult | null> {
    return (await (await this.#host)?.retry(eventId)) ?? null;
  }

  async caughtUp(): Promise<void> {
    await (await this.#host)?.caughtUp();
  }

  async close(): Promise<void> {
    await (await this.#host)?.[Symbol.asyncDispose]();
  }

  async #load(): Promise<DaprdHost> {
    const loaded = await import("./daprd-host.ts");
    this.#loaded = new loaded.DaprdHost(this.#options);
    return this.#loaded;
  }
}
