import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import type { ParsedSubscription } from "../../embedded/bus/parse-subscriptions.ts";
import { TOKEN_HEADER } from "../../embedded/tokens.ts";
import { AppPresence } from "./app-presence.ts";
import { deliver } from "./deliver.ts";
import { DeliveryLog } from "./delivery-log.ts";
import type { DeliveryRecord } from "./delivery-record.ts";
import { forward } from "./forward.ts";
import { Latch } from "./latch.ts";
import { SubscribedRoutes, type RoutedTopic } from "./subscribed-routes.ts";
import { readSubscriptionAnswer, type SubscriptionAnswer } from "./subscription-answer.ts";
import { passUpgrade } from "./upgrade.ts";
import { Upstream } from "./upstream.ts";

/** What a gate is made with. Callbacks are called from the event loop, never from inside a call to the gate. */
export interface GateOptions {
  readonly agent: string;
  /** Where daprd dials its app (`--app-port`), on loopback. */
  readonly port: number;
  /** Where the app listens, on loopback. */
  readonly appPort: number;
  /** Subscriptions that stand in resource files, not in the app's `/dapr/subscribe`. */
  readonly declared?: readonly RoutedTopic[];
  /** So long a delivery is held for an app that is away, in ms. Default 20 000. */
  readonly holdMs?: number;
  /** The attempt after which daprd gives an event up: retries + 1; null where a policy of the user's decides. */
  readonly maxAttempts: number | null;
  /** One attempt, in the journal's terms. */
  readonly onRecord: (record: DeliveryRecord) => void | Promise<void>;
  /** daprd has asked for the app's subscriptions. It gets the answer, and delivers, once this resolves; not where it rejects. */
  readonly onSubscribed?: (subscriptions: readonly ParsedSubscription[]) => unknown;
  /** The app came back with other subscriptions than daprd knows. Deliveries are held until the sidecar was restarted. */
  readonly onSubscriptionsChanged?: (subscriptions: readonly ParsedSubscription[]) => void;
  /** The app listens (again). */
  readonly onHere?: () => void;
  /** The app has been away for `holdMs`: time to stop daprd, as its consumer group keeps the backlog. */
  readonly onAway?: () => void;
  /** What the app wants to see on every request (`dapr-api-token`); null = nothing. */
  readonly appToken?: string | null;
  /** The gate cannot listen (its port was taken meanwhile: `EADDRINUSE`), or could not pass something on. */
  readonly onFailed?: (error: Error) => void;
}

const HOLD_MS = 20_000;
const IDLE_LOOK_MS = 60_000;
/** An app that listens but does not say what it wants is not waited for any longer. */
const SUBSCRIBE_TIMEOUT_MS = 10_000;

/**
 * Stands between a daprd and its app: opens when the app listens, passes everything on, records each delivery, holds
 * deliveries while the app is away, and notices when it comes back with other subscriptions.
 */
export class Gate implements AsyncDisposable {
  readonly #options: GateOptions;
  readonly #server: Server;
  readonly #presence: AppPresence;
  readonly #upstream: Upstream;
  readonly #log: DeliveryLog;
  readonly #routes: SubscribedRoutes;
  /** Open while deliveries may go to the app: it is here, and listens to what daprd thinks. */
  readonly #deliveries = new Latch();
  readonly #upgraded = new Set<Duplex>();
  /** What daprd was answered; null until it has asked. */
  #known: SubscriptionAnswer | null = null;
  #arrivals = 0;
  #sidecar = new AbortController();
  #stopping = false;
  #closed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#upstream = new Upstream(options.appPort);
    this.#log = new DeliveryLog(options);
    this.#routes = new SubscribedRoutes(options.declared ?? []);
    this.#server = this.#createServer();
    this.#presence = new AppPresence({
      port: options.appPort,
      awayMs: options.holdMs ?? HOLD_MS,
      onHere: () => void this.#arrived(),
      onGone: () => this.#gone(),
      onAway: () => options.onAway?.(),
    });
  }

  /** Whether daprd can connect. */
  get listening(): boolean {
    return this.#server.listening;
  }

  /** Ids of the events that are with the app at this moment. */
  get inFlight(): readonly string[] {
    return this.#log.inFlight;
  }

  /** Resolves once nothing is with the app. */
  async untilIdle(): Promise<void> {
    while (this.#log.inFlight.length > 0) await this.#log.untilIdle(IDLE_LOOK_MS);
  }

  /** The app is ready (again). Its subscriptions are read and compared, then deliveries go on. */
  appReady(): void {
    this.#presence.arrive();
  }

  /**
   * The app is stopping (`graceMs` > 0) or gone (0): its deliveries are held until `appReady`. Resolves once none is with
   * the app any more, or the grace is over.
   */
  async appGone(graceMs: number): Promise<void> {
    this.#presence.hold(graceMs > 0);
    await this.#log.untilIdle(graceMs);
  }

  /**
   * daprd is asked to stop: nothing more goes to the app, what is with it may be finished. What waits is held to the end: let
   * go, daprd would spend all its retries on it within those seconds, and give it up.
   */
  sidecarStopping(): void {
    this.#stopping = true;
    this.#deliveries.set(false);
  }

  /** daprd has ended. The next one finds the port closed until the app listens, and asks again what it subscribes to. */
  sidecarGone(): void {
    this.#known = null;
    this.#stopping = false;
    this.#sidecar.abort();
    this.#sidecar = new AbortController();
    this.#log.newRound();
    this.#server.closeAllConnections();
    if (!this.#presence.here) this.#server.close();
    else this.#deliveries.set(true);
  }

  /** Breaks what is in flight, closes every socket, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.close();
    this.#presence.close();
    this.#deliveries.set(false);
    this.#deliveries.release();
    this.#upstream.close();
    for (const socket of this.#upgraded) socket.destroy();
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.once("close", resolve));
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #createServer(): Server {
    // Nothing is limited here that daprd or the app does not limit: a connection is kept until one of them ends it.
    const server = createServer({
      keepAliveTimeout: 0,
      requestTimeout: 0,
      requireHostHeader: false,
      maxHeaderSize: 64 * 1024,
    });
    const failed = (error: unknown): void => {
      this.#options.onFailed?.(error instanceof Error ? error : new Error(String(error)));
    };
    server.on("request", (incoming, response) => {
      this.#take(incoming, response).catch((error: unknown) => {
        response.destroy();
        failed(error);
      });
    });
    server.on("upgrade", (incoming, socket, head) => {
      this.#upgraded.add(socket);
      socket.once("close", () => this.#upgraded.delete(socket));
      passUpgrade(incoming, socket, head, this.#context()).catch((error: unknown) => {
        socket.destroy();
        failed(error);
      });
    });
    server.on("error", failed);
    return server;
  }

  #context() {
    const { port, appPort, holdMs = HOLD_MS } = this.#options;
    return {
      presence: this.#presence,
      deliveries: this.#deliveries,
      sidecar: this.#sidecar.signal,
      upstream: this.#upstream,
      log: this.#log,
      gatePort: port,
      appPort,
      holdMs,
    };
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const context = this.#context();
    const { method, headers, url = "/" } = incoming;
    response.on("error", () => response.destroy());
    if (method === "POST" && headers["dapr-callee-app-id"] === undefined) {
      const topics = this.#routes.at(url);
      if (topics.length > 0 && isEvent(headers["content-type"])) {
        await deliver(incoming, response, topics, context);
        return;
      }
    }
    // What daprd asks at its start: refused, it would go without subscriptions.
    if (method === "GET" && url === "/dapr/subscribe") {
      await forward(incoming, response, context, context.holdMs, async (status, body) => {
        await this.#listenTo(status, body);
      });
    } else if (method === "GET" && url === "/dapr/config") {
      await forward(incoming, response, context, context.holdMs);
    } else await forward(incoming, response, context);
  }

  /** Reads the subscriptions before they pass to daprd. */
  async #listenTo(status: number, body: string): Promise<void> {
    const known = readSubscriptionAnswer(status, body) ?? { subscriptions: [], fingerprint: "unreadable" };
    await this.#options.onSubscribed?.(known.subscriptions);
    this.#known = known;
    this.#routes.set(known.subscriptions);
  }

  async #arrived(): Promise<void> {
    if (this.#closed) return;
    this.#options.onHere?.();
    if (!this.#server.listening) this.#server.listen(this.#options.port, "127.0.0.1");
    this.#arrivals += 1;
    const arrival = this.#arrivals;
    const now = this.#known === null ? null : await this.#askSubscriptions();
    if (arrival !== this.#arrivals || !this.#presence.here || this.#closed) return;
    if (now === null || this.#known === null || now.fingerprint === this.#known.fingerprint) {
      if (!this.#stopping) this.#deliveries.set(true);
      return;
    }
    // Deliveries to a route that is gone would be dropped: they wait for the next daprd.
    this.#options.onSubscriptionsChanged?.(now.subscriptions);
  }

  #gone(): void {
    this.#deliveries.set(false);
    // Nobody relies on the port: as without a gate, an app that does not listen cannot be connected with.
    if (this.#known === null && this.#server.listening) this.#server.close();
  }

  /** Null where it cannot be learned: then what the app wanted before still holds. */
  async #askSubscriptions(): Promise<SubscriptionAnswer | null> {
    const { agent, appPort, appToken = null } = this.#options;
    const headers = ["Host", `127.0.0.1:${appPort}`, "dapr-app-id", agent];
    if (appToken !== null) headers.push(TOKEN_HEADER, appToken);
    const sent = this.#upstream.send(this.#presence.host, "GET", "/dapr/subscribe", headers);
    const late = setTimeout(() => sent.request.destroy(), SUBSCRIBE_TIMEOUT_MS);
    sent.request.end();
    try {
      const answer = await sent.answered;
      if (answer !== null) return readSubscriptionAnswer(answer.statusCode ?? 0, await text(answer));
      // A kept-alive connection to the app that was there before.
      return sent.request.reusedSocket ? await this.#askSubscriptions() : null;
    } catch {
      // It went away in the middle of its answer.
      return null;
    } finally {
      clearTimeout(late);
    }
  }
}

/** Single deliveries are CloudEvents, bulks are JSON. */
function isEvent(contentType: string | undefined): boolean {
  return (
    contentType?.startsWith("application/cloudevents+json") === true ||
    contentType?.startsWith("application/json") === true
  );
}
