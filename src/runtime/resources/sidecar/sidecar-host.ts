import type { ResolvedComponent } from "../../model/resolved.ts";
import type { DaprdCall, DaprdEvent } from "./daprd/host/daprd-calls.ts";

/** One agent's sidecar, as the runtime asks for it. */
export interface SidecarSpec {
  readonly appId: string;
  /** Port of the app on loopback. */
  readonly appPort: number;
  /** Preferred HTTP port; where it is taken a free one is used. 0 = choose. */
  readonly httpPort: number;
  /** False: `httpPort` was given by the user as strict. */
  readonly mayMove: boolean;
  /** Topics declared in the config: registered from now on, even before the app was ever started. */
  readonly subscribes: readonly string[];
  readonly concurrency: number;
  readonly deliveryTimeoutMs: number;
}

/** An agent of the config and the topics that it declares there. */
export type DeclaredApp = Pick<SidecarSpec, "appId" | "subscribes">;

/** What a started sidecar tells. */
export interface SidecarStarted {
  readonly appId: string;
  readonly httpPort: number;
}

/** What the host tells the runtime. */
export type SidecarEvent =
  | DaprdEvent
  /** The app's `/dapr/subscribe` was read: what it listens to now. */
  | { readonly type: "subscribed"; readonly appId: string; readonly topics: readonly string[] }
  | {
      readonly type: "log";
      /** `agents`: it concerns all of them. */
      readonly appId: string;
      readonly level: "info" | "warn" | "error";
      readonly text: string;
      /** A server that components work over is away, or back. */
      readonly about?: "server";
    }
  /** Something in the journal changed (coalesced, at most every 50 ms): readers look again. */
  | { readonly type: "journal" }
  /** The sidecar was asked to shut down through its API. */
  | { readonly type: "stopped"; readonly appId: string; readonly reason: string }
  /** A file that the bus or a state store works with is gone: what is written from now on is not kept. */
  | { readonly type: "lost"; readonly reason: string }
  /** The worker died, and all sidecars with it. */
  | { readonly type: "failed"; readonly message: string };

/**
 * Serves the embedded sidecars of one run: one durable bus, one journal, one HTTP port per agent.
 * Lives apart from the orchestrator's event loop (a worker), so that a log flood or a slow front end never delays an event.
 * When the worker dies, `failed` is told, calls are refused (those that end something resolve: it has ended), and the
 * next `start` makes a new one.
 */
export interface SidecarHost extends AsyncDisposable {
  /**
   * Says which real Redis serves which resource of the config (name → URL, with its password): components on one of them
   * are in it from now on. Before `configure`.
   */
  place(redis: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Says which agents there are, started or not: what they declare (and were last seen to listen to) is kept for them
   * from now on. Subscriptions of all others end, as those agents left the config.
   */
  configure(apps: readonly DeclaredApp[]): Promise<void>;
  /**
   * Opens the port and registers the app's declared and last seen subscriptions. Deliveries are held until `appReady`;
   * where that was told already and the app is not gone since, they go on at once, on the same port as before.
   */
  start(spec: SidecarSpec): Promise<SidecarStarted>;
  /** The port that the app's sidecar listens on, or did last; null while it was never started. */
  portOf(appId: string): number | null;
  /** The app listens: read `/dapr/subscribe` again, then deliver. */
  appReady(appId: string): void;
  /** The app is stopping or gone: hold its deliveries. Resolves once no delivery to it is in flight or `graceMs` have passed. */
  appGone(appId: string, graceMs: number): Promise<void>;
  /** Closes the port. Subscriptions stay: events wait. */
  stop(appId: string): Promise<void>;
  /** The agent left the config: its subscriptions end. */
  forget(appId: string): Promise<void>;
  /** Publishes through the runtime's own sidecar. `envelope` is the CloudEvent; answers when it is committed. */
  publish(request: PublishRequest): Promise<void>;
  /** Delivers a recorded event again: to all its subscribers, or to one. Gives the ids of the new deliveries. */
  replay(eventId: string, to: string | null): Promise<ReplayResult>;
  /** Puts dead deliveries of an event back in line. */
  retry(eventId: string): Promise<ReplayResult>;
  /** What a daprd needs of the thread that has the journal: its gate, its groups, its Redis. */
  daprd(call: DaprdCall): Promise<void>;
  /** Resolves once all that was published until now is in the journal. */
  caughtUp(): Promise<void>;
  /** Everything is quiet: gives memory back that only the start needed. */
  releaseMemory(): Promise<void>;
  onEvent(listener: (event: SidecarEvent) => void): Disposable;
}

export interface PublishRequest {
  readonly pubsub: string;
  readonly topic: string;
  /** Bytes as they are published. */
  readonly body: string;
  /** `application/cloudevents+json`: body is the whole event. With `raw`, it is published verbatim, no envelope. */
  readonly contentType: string;
  readonly raw: boolean;
  /** Where it belongs in a trace (W3C Trace Context), unless the body says so itself. */
  readonly traceparent?: string | null;
  /** What it is known as; raw data may have none. */
  readonly id?: string | null;
  readonly correlationId?: string | null;
}

export type ReplayResult =
  | { readonly found: true; readonly agents: readonly string[] }
  | { readonly found: false; readonly reason: string };

/** What a host is made with. */
export interface SidecarHostOptions {
  readonly runId: string;
  /** Absolute path of `.agents/`. */
  readonly stateDir: string;
  readonly components: readonly ResolvedComponent[];
  /** Absolute folder of the config: relative paths in component metadata start here. */
  readonly root: string;
}
