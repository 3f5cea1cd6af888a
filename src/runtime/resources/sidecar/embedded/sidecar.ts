import type { Agent } from "node:http";
import type { SidecarEvent, SidecarSpec } from "../sidecar-host.ts";
import { AppSubscriptions } from "./app-subscriptions.ts";
import { AppBindings } from "./bindings/app-bindings.ts";
import { AppClient } from "./bus/app-client.ts";
import { AppHealth } from "./bus/app-health.ts";
import type { Bus } from "./bus/bus.ts";
import type { DeliveryPolicies } from "./bus/delivery-policy.ts";
import type { Lane } from "./bus/lane.ts";
import type { RetryPolicy } from "./bus/retry-policy.ts";
import { Slots } from "./bus/slots.ts";
import { defaultPubsub, type AppComponents } from "./components/app-components.ts";
import type { ComponentSet } from "./components/component-set.ts";
import type { InvokeTargetApp } from "./http/invoke-handler.ts";
import { Intake } from "./pubsub/intake.ts";
import type { ApiContext } from "./http/routes.ts";
import { SidecarServers } from "./http/sidecar-servers.ts";
import { deliveryPolicies } from "./resiliency/delivery-policies.ts";
import type { AppResources } from "./resources/app-resources.ts";
import type { SidecarTraits } from "./sidecar-traits.ts";
import { TOKEN_HEADER, type Tokens } from "./tokens.ts";

/** What a sidecar shares with the others of its host. */
export interface SidecarSurroundings {
  readonly bus: Bus;
  readonly components: ComponentSet;
  /** What the resources of the host mean for an app, as they are now. */
  readonly resources: (appId: string) => AppResources;
  /** Where no policy says when to try again; null = not at all. */
  readonly retryFor: (pubsubType: string) => RetryPolicy | null;
  /** Connections for invocations between apps. */
  readonly invokeAgent: Agent;
  readonly app: (appId: string) => InvokeTargetApp | null;
  readonly tokens: Tokens;
  readonly tell: (event: SidecarEvent) => void;
  /** What an app listens to has changed. */
  readonly onSubscribed: () => Promise<void>;
  /** The API's shutdown was called. */
  readonly onShutdown: (appId: string, forced: boolean) => void;
}

const CONFIG_TIMEOUT_MS = 10_000;

/** One agent's sidecar: its HTTP server and its lane on the bus. */
export class Sidecar {
  readonly spec: SidecarSpec;
  readonly #traits: SidecarTraits;
  readonly #surroundings: SidecarSurroundings;
  readonly #servers: SidecarServers;
  readonly #client: AppClient;
  readonly #slots: Slots | null;
  readonly #lane: Lane;
  readonly #subscriptions: AppSubscriptions;
  readonly #health: AppHealth | null;
  #resources: AppResources;
  #policies: DeliveryPolicies;
  readonly #intake: Intake;
  readonly #bindings: AppBindings;
  #appFound = false;
  /** Grows with every `appReady` and `appGone`, so that a late answer of an app that is gone changes nothing. */
  #generation = 0;

  constructor(spec: SidecarSpec, surroundings: SidecarSurroundings, traits: SidecarTraits = {}) {
    const { appId } = spec;
    const { appHost = "127.0.0.1", maxConcurrency, health } = traits;
    this.spec = spec;
    this.#traits = traits;
    this.#surroundings = surroundings;
    this.#resources = surroundings.resources(appId);
    this.#policies = this.#makePolicies();
    this.#slots = maxConcurrency === undefined ? null : new Slots(maxConcurrency);
    const address = { host: appHost, port: spec.appPort };
    this.#client = new AppClient(address, spec.concurrency + 1, this.#slots);
    this.#lane = surroundings.bus.addLane({
      agent: appId,
      address,
      client: this.#client,
      concurrency: Math.min(spec.concurrency, maxConcurrency ?? spec.concurrency),
      policyFor: (pubsub) => this.#policies(pubsub),
    });
    this.#intake = new Intake({
      appId,
      bus: surroundings.bus,
      lane: this.#lane,
      pubsubs: () => surroundings.components.of(appId).pubsubs,
      log: (level, text) => this.#log(level, text),
    });
    this.#bindings = new AppBindings({
      client: this.#client,
      token: surroundings.tokens.app,
      bindings: () => surroundings.components.of(appId).bindings,
      timeoutMs: spec.deliveryTimeoutMs,
      log: (level, text) => this.#log(level, text),
    });
    this.#subscriptions = new AppSubscriptions({
      appId,
      bus: surroundings.bus,
      client: this.#client,
      headers: this.#appHeaders(),
      components: () => surroundings.components.of(appId),
      declared: () => this.#resources.declared.subscriptions,
      onRegistered: async () => {
        await this.#intake.sync();
        await surroundings.onSubscribed();
      },
      tell: surroundings.tell,
    });
    this.#health =
      health === undefined
        ? null
        : new AppHealth({
            settings: health,
            client: this.#client,
            headers: this.#appHeaders(),
            onChange: (healthy) => this.#healthChanged(healthy),
          });
    this.#servers = new SidecarServers({
      spec,
      traits,
      context: this.#apiContext(),
      apiToken: surroundings.tokens.api,
      log: (level, text) => this.#log(level, text),
    });
  }

  /** Opens the port and registers what is declared; gives the port. */
  async start(): Promise<number> {
    const { appId, subscribes } = this.spec;
    const { bus, components } = this.#surroundings;
    const { pubsubs } = await components.prepare(appId);
    this.#tellProblems();
    const port = await this.#servers.listen();
    bus.subscriptions.declare(appId, defaultPubsub(pubsubs), subscribes);
    await this.#subscriptions.declare();
    await bus.commit.committed();
    await this.#intake.sync();
    return port;
  }

  /** The app listens: reads what it subscribes to, then delivers; where its health is asked for, once that is good. */
  async appReady(): Promise<void> {
    this.#generation += 1;
    if (this.#health !== null) return this.#health.start();
    await this.#appUsable();
  }

  /** Where its app is and whether it may be called now. */
  get app(): InvokeTargetApp {
    const { appHost: host = "127.0.0.1" } = this.#traits;
    return {
      host,
      port: this.spec.appPort,
      healthy: this.#health === null || this.#health.healthy,
      slots: this.#slots,
      mayInvoke: (caller, path, verb) => this.#resources.configuration.mayInvoke(caller, path, verb),
    };
  }

  async #appUsable(): Promise<void> {
    this.#appFound = true;
    const generation = this.#generation;
    const isCurrent = (): boolean => generation === this.#generation;
    try {
      if (this.#traits.asksConfig === true)
        await this.#client.get("/dapr/config", this.#appHeaders(), CONFIG_TIMEOUT_MS);
      await this.#subscriptions.read(this.#traits.asksSubscribe !== false, isCurrent);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log("error", `its subscriptions cannot be saved (${why}); they stay as they were`);
    }
    if (!isCurrent()) return;
    this.#lane.open();
    await this.#bindings.open();
  }

  #healthChanged(healthy: boolean): void {
    this.#log("info", `the app is ${healthy ? "healthy" : "unhealthy: deliveries wait"}`);
    this.#generation += 1;
    if (healthy) void this.#appUsable();
    else {
      this.#bindings.close();
      void this.#lane.hold(0);
    }
  }

  /** The resources of the host have changed. */
  async resourcesChanged(): Promise<void> {
    this.#resources = this.#surroundings.resources(this.spec.appId);
    this.#policies = this.#makePolicies();
    this.#tellProblems();
    await this.#subscriptions.redeclare();
    this.#lane.rewind();
  }

  #makePolicies(): DeliveryPolicies {
    const { components, retryFor } = this.#surroundings;
    const typeOf = (pubsub: string): string =>
      components.pubsubs(this.spec.appId).get(pubsub)?.type ?? "pubsub.agents";
    return deliveryPolicies({
      resiliency: this.#resources.resiliency,
      timeoutMs: this.spec.deliveryTimeoutMs,
      retryFor: (pubsub) => retryFor(typeOf(pubsub)),
      typeOf,
    });
  }

  #tellProblems(): void {
    const { declared, resiliency } = this.#resources;
    for (const problem of [...declared.problems, ...resiliency.problems]) this.#log("error", problem);
  }

  #appHeaders(): Readonly<Record<string, string>> {
    const token = this.#surroundings.tokens.app;
    return {
      "dapr-app-id": this.spec.appId,
      ...(token === undefined ? {} : { [TOKEN_HEADER]: token }),
    };
  }

  /** Other components serve it now. */
  componentsChanged(): void {
    this.#policies = this.#makePolicies();
    // What could not be delivered for want of its pub/sub may be now.
    this.#lane.rewind();
    void this.#intake.sync();
    void this.#bindings.sync();
  }

  /** Something was put back into a stream by hand. */
  lookAgain(): void {
    this.#intake.lookAgain();
  }

  async appGone(graceMs: number): Promise<void> {
    this.#health?.stop();
    this.#bindings.close();
    this.#generation += 1;
    await this.#lane.hold(graceMs);
  }

  /** Closes the port and the lane. What is in flight has `graceMs` to finish. */
  async close(graceMs: number): Promise<void> {
    this.#health?.stop();
    this.#bindings.close();
    this.#generation += 1;
    await Promise.all([this.#lane.close(graceMs), this.#servers.close(graceMs)]);
    await this.#intake.close();
    this.#surroundings.bus.removeLane(this.spec.appId);
  }

  #apiContext(): ApiContext {
    const { spec } = this;
    const { bus, components, invokeAgent, app, tokens, onShutdown } = this.#surroundings;
    // Read at each call: components may be exchanged meanwhile.
    const mine = (): AppComponents => components.of(spec.appId);
    return {
      appId: spec.appId,
      ownPort: spec.appPort,
      ownHost: this.#traits.appHost ?? "127.0.0.1",
      health: this.#traits.health ?? null,
      app,
      neighbour: (id) => this.#traits.neighbourhood?.find(id) ?? `couldn't find service: ${id}`,
      loseNeighbour: (token) => this.#traits.neighbourhood?.lose(token),
      tokens,
      resources: () => this.#resources,
      resiliencies: () => this.#resources.resiliency.names,
      get pubsubs() {
        return mine().pubsubs;
      },
      get stores() {
        return mine().stores;
      },
      get secrets() {
        return mine().secrets;
      },
      get components() {
        return mine().listed;
      },
      concurrency:
        this.#traits.maxConcurrency ?? (this.#traits.listenOn === undefined ? spec.concurrency : 0),
      extended: new Map(),
      agent: invokeAgent,
      subscriptions: () =>
        bus.subscriptions.of(spec.appId).filter(({ pubsub }) => mine().pubsubs.has(pubsub)),
      appFound: () => this.#appFound || spec.appPort === 0,
      lost: () => bus.commit.lost,
      shutdown: (forced) => onShutdown(spec.appId, forced && this.#traits.mayBeForced === true),
    };
  }

  #log(level: "info" | "warn" | "error", text: string): void {
    this.#surroundings.tell({ type: "log", appId: this.spec.appId, level, text });
  }
}
