import type { Agent } from "node:http";
import type { SidecarEvent, SidecarSpec } from "../sidecar-host.ts";
import { AppClient } from "./bus/app-client.ts";
import type { Bus } from "./bus/bus.ts";
import type { Lane } from "./bus/lane.ts";
import { parseSubscriptions } from "./bus/parse-subscriptions.ts";
import { defaultPubsub, type AppComponents } from "./components/app-components.ts";
import type { ComponentSet } from "./components/component-set.ts";
import { Intake } from "./pubsub/intake.ts";
import { route, type ApiContext } from "./http/routes.ts";
import { SidecarServer } from "./http/sidecar-server.ts";
import { TOKEN_HEADER, type Tokens } from "./tokens.ts";

/** What a sidecar shares with the others of its host. */
export interface SidecarSurroundings {
  readonly bus: Bus;
  readonly components: ComponentSet;
  /** Connections for invocations between apps. */
  readonly invokeAgent: Agent;
  readonly appPort: (appId: string) => number | null;
  readonly tokens: Tokens;
  readonly tell: (event: SidecarEvent) => void;
  /** The API's shutdown was called. */
  readonly onShutdown: (appId: string) => void;
}

const SUBSCRIBE_TIMEOUT_MS = 10_000;
const SUBSCRIBE_TRIES = 4;

/** One agent's sidecar: its HTTP server and its lane on the bus. */
export class Sidecar {
  readonly spec: SidecarSpec;
  readonly #surroundings: SidecarSurroundings;
  readonly #server: SidecarServer;
  readonly #client: AppClient;
  readonly #lane: Lane;
  readonly #intake: Intake;
  #appFound = false;
  /** Grows with every `appReady` and `appGone`, so that a late answer of an app that is gone changes nothing. */
  #generation = 0;

  constructor(spec: SidecarSpec, surroundings: SidecarSurroundings) {
    const { appId } = spec;
    this.spec = spec;
    this.#surroundings = surroundings;
    this.#client = new AppClient(spec.appPort, spec.concurrency + 1);
    this.#lane = surroundings.bus.addLane({
      agent: appId,
      port: spec.appPort,
      client: this.#client,
      concurrency: spec.concurrency,
      timeoutMs: spec.deliveryTimeoutMs,
    });
    this.#intake = new Intake({
      appId,
      bus: surroundings.bus,
      lane: this.#lane,
      pubsubs: () => surroundings.components.of(appId).pubsubs,
      log: (level, text) => this.#log(level, text),
    });
    const context = this.#apiContext();
    this.#server = new SidecarServer({
      appId,
      port: spec.httpPort,
      mayMove: spec.mayMove,
      apiToken: surroundings.tokens.api,
      handle: (call) => route(context, call),
      log: (level, text) => this.#log(level, text),
    });
  }

  /** Opens the port and registers what is declared; gives the port. */
  async start(): Promise<number> {
    const { appId, subscribes } = this.spec;
    const { bus, components } = this.#surroundings;
    const { pubsubs } = await components.prepare(appId);
    const port = await this.#server.listen();
    bus.subscriptions.declare(appId, defaultPubsub(pubsubs), subscribes);
    await bus.commit.committed();
    await this.#intake.sync();
    return port;
  }

  /** The app listens: reads what it subscribes to, then delivers. */
  async appReady(): Promise<void> {
    this.#appFound = true;
    this.#generation += 1;
    const generation = this.#generation;
    try {
      await this.#readSubscriptions(generation);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log("error", `its subscriptions cannot be saved (${why}); they stay as they were`);
    }
    if (generation === this.#generation) this.#lane.open();
  }

  /** Other components serve it now. */
  componentsChanged(): void {
    // What could not be delivered for want of its pub/sub may be now.
    this.#lane.rewind();
    void this.#intake.sync();
  }

  async appGone(graceMs: number): Promise<void> {
    this.#generation += 1;
    await this.#lane.hold(graceMs);
  }

  /** Closes the port and the lane. What is in flight has `graceMs` to finish. */
  async close(graceMs: number): Promise<void> {
    this.#generation += 1;
    await Promise.all([this.#lane.close(graceMs), this.#server.close(graceMs)]);
    await this.#intake.close();
    this.#surroundings.bus.removeLane(this.spec.appId);
  }

  async #readSubscriptions(generation: number): Promise<void> {
    const { appId } = this.spec;
    const answer = await this.#askSubscriptions();
    if (generation !== this.#generation) return;
    if (answer.at === "failed") {
      return this.#log("warn", `${answer.message}; its subscriptions stay as they were`);
    }
    const parsed = answer.at === "none" ? parseSubscriptions("[]") : parseSubscriptions(answer.text);
    if (!parsed.ok) return this.#log("error", `${parsed.message}; its subscriptions stay as they were`);
    for (const warning of parsed.warnings) this.#log("warn", warning);
    const { bus, components } = this.#surroundings;
    const { pubsubs } = components.of(appId);
    for (const { pubsub, topic } of parsed.subscriptions) {
      if (!pubsubs.has(pubsub))
        this.#log("error", `subscribes to ${topic} on the pubsub ${pubsub}, which is not configured`);
    }
    // One of a pub/sub that is not there (any more) stays: its events wait.
    for (const one of bus.subscriptions.see(appId, parsed.subscriptions)) {
      if (one.problem !== null)
        this.#log(
          "error",
          `the routing rules of ${one.topic} cannot be used (${one.problem}); its events wait`,
        );
      else if (one.definition === null)
        this.#log(
          "warn",
          `${one.topic} is declared in the config but GET /dapr/subscribe does not list it; its events wait`,
        );
      else if (one.definition.bulk)
        this.#log("info", `${one.topic} asks for bulk delivery: each bulk holds one event`);
    }
    await bus.commit.committed();
    // What is told to be subscribed gets every event from now on.
    await this.#intake.sync();
    const topics = bus.subscriptions.of(appId).map((one) => one.topic);
    this.#surroundings.tell({ type: "subscribed", appId, topics });
  }

  async #askSubscriptions(): Promise<
    { at: "listed"; text: string } | { at: "none" } | { at: "failed"; message: string }
  > {
    const token = this.#surroundings.tokens.app;
    const headers = {
      "dapr-app-id": this.spec.appId,
      ...(token === undefined ? {} : { [TOKEN_HEADER]: token }),
    };
    let message = "";
    for (let attempt = 0; attempt < SUBSCRIBE_TRIES; attempt += 1) {
      const answer = await this.#client.get("/dapr/subscribe", headers, SUBSCRIBE_TIMEOUT_MS);
      if (answer.at === "answered") {
        if (answer.status === 404) return { at: "none" };
        if (answer.status >= 200 && answer.status < 300) return { at: "listed", text: answer.body };
        return { at: "failed", message: `GET /dapr/subscribe answered ${answer.status}` };
      }
      message = answer.at === "timeout" ? `no answer after ${SUBSCRIBE_TIMEOUT_MS / 1000} s` : answer.message;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
    }
    return { at: "failed", message: `GET /dapr/subscribe failed: ${message}` };
  }

  #apiContext(): ApiContext {
    const { spec } = this;
    const { bus, components, invokeAgent, appPort, tokens, onShutdown } = this.#surroundings;
    // Read at each call: components may be exchanged meanwhile.
    const mine = (): AppComponents => components.of(spec.appId);
    return {
      appId: spec.appId,
      ownPort: spec.appPort,
      appPort,
      tokens,
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
      concurrency: spec.concurrency,
      extended: new Map(),
      agent: invokeAgent,
      subscriptions: () =>
        bus.subscriptions.of(spec.appId).filter(({ pubsub }) => mine().pubsubs.has(pubsub)),
      appFound: () => this.#appFound,
      lost: () => bus.commit.lost,
      shutdown: () => onShutdown(spec.appId),
    };
  }

  #log(level: "info" | "warn" | "error", text: string): void {
    this.#surroundings.tell({ type: "log", appId: this.spec.appId, level, text });
  }
}
