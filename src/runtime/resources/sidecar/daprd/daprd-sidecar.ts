import type { Resource, Running } from "../../resource.ts";
import type { SidecarHost } from "../sidecar-host.ts";
import type { DaprdLine } from "./daprd-log.ts";
import { createDaprdResource, type ProcessOrder } from "./daprd-resource.ts";
import { DaprdPorts, type PortFinder } from "./daprd-ports.ts";
import type { StreamsSettings } from "./host/daprd-calls.ts";
import { PausableDaprd } from "./pausable-daprd.ts";
import type { GeneratedResources } from "./yaml/generate.ts";
import { writeResources } from "./yaml/write-resources.ts";

/** Resource files of an agent's daprd, made anew for each start: the user's own may have changed. */
export interface MadeResources extends GeneratedResources {
  /** Absolute folder of the user's own, or null. */
  readonly userFolder: string | null;
}

export interface DaprdSidecarOptions {
  /** As it is shown: `<agent>-dapr`. */
  readonly name: string;
  readonly agent: string;
  /** Path of the binary. */
  readonly daprd: string;
  readonly cwd: string;
  /** Where its resource files are written; holds nothing else. */
  readonly folder: string;
  readonly appPort: number;
  /** Preferred HTTP port; 0 = choose. */
  readonly httpPort: number;
  readonly ports: PortFinder;
  readonly deliveryTimeoutMs: number;
  readonly streams: StreamsSettings;
  readonly resources: () => Promise<MadeResources>;
  readonly env: (secrets: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  readonly host: SidecarHost;
  readonly spawner: (order: ProcessOrder) => Resource;
  readonly onLine: (line: DaprdLine) => void;
  /** Something about it changed that is shown: its port, its process. */
  readonly onChange: () => void;
}

/** So much older than the time-out of a delivery an entry must be before it is taken back. */
const PROCESSING_MARGIN_MS = 30_000;
const GRACEFUL_SHUTDOWN_S = 5;

/** An agent's daprd with the gate before its app, as one resource. */
export class DaprdSidecar implements Resource {
  readonly name: string;
  readonly #options: DaprdSidecarOptions;
  readonly #ports: DaprdPorts;
  #running: PausableDaprd | null = null;
  /** The gate that is open, as text; null where there is none. */
  #gate: string | null = null;
  #subscribed = Promise.withResolvers<void>();

  constructor(options: DaprdSidecarOptions) {
    this.name = options.name;
    this.#options = options;
    this.#ports = new DaprdPorts(options.httpPort, options.ports);
  }

  get httpPort(): number {
    return this.#ports.http;
  }

  /** Null before its first start. */
  get grpcPort(): number | null {
    return this.#ports.grpc;
  }

  /** What there is to say while it is ready; null = nothing. */
  get note(): string | null {
    if (this.#running?.paused === true)
      return `daprd rests, as ${this.#options.agent} is away; its events wait in Redis`;
    return this.#ports.note;
  }

  async start(signal: AbortSignal): Promise<Running> {
    const daprd = this.#daprd();
    const running = new PausableDaprd(daprd, await daprd.start(signal), this.#options.onChange);
    this.#running = running;
    const events = this.#options.host.onEvent((event) => {
      if (!("appId" in event) || event.appId !== this.#options.agent) {
        if (event.type !== "failed") return;
        // The thread with its gate has ended: a daprd that reaches no app is none.
        this.#gate = null;
        running.fail(event.message);
        return;
      }
      if (event.type === "daprd-subscribed") this.#subscribed.resolve();
      else if (event.type === "app-away") running.pause();
      else if (event.type === "app-here") running.resume();
      else if (event.type === "gate-failed") {
        this.#gate = null;
        this.#ports.moveGate();
        running.fail(event.message);
      }
    });
    void running.exited.then(() => events[Symbol.dispose]());
    return running;
  }

  /** The agent's process is about to start: it may need its sidecar in its first line. */
  wake(): void {
    this.#running?.resume();
  }

  /** Resolves once daprd knows what the app listens to, or the signal aborts. */
  async untilSubscribed(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    if (!signal.aborted) await Promise.race([this.#subscribed.promise, aborted]);
  }

  /** The port to be probed; null while it rests, as then there is nothing to ask. */
  get probedPort(): number | null {
    return this.#running?.paused === true ? null : this.#ports.http;
  }

  #daprd(): Resource {
    const { name, agent, daprd, cwd, env, host, spawner, onLine, deliveryTimeoutMs } = this.#options;
    // Filled by `settings`, which is asked before the environment is needed.
    const secrets: Record<string, string> = {};
    return createDaprdResource({
      name,
      daprd,
      cwd,
      env: () => env(secrets),
      settings: async () => {
        const made = await this.#prepare();
        Object.assign(secrets, made.secrets);
        const { http, grpc, internal, gate } = await this.#ports.choose();
        await this.#openGate(made, gate);
        const configs = await writeResources(this.#options.folder, made.files);
        return {
          appId: agent,
          appPort: gate,
          httpPort: http,
          grpcPort: grpc,
          internalGrpcPort: internal,
          metricsPort: null,
          resourcesPaths: [this.#options.folder, ...(made.userFolder === null ? [] : [made.userFolder])],
          configs: [...configs, ...made.userConfigs],
          logLevel: "info",
          gracefulShutdownSeconds: GRACEFUL_SHUTDOWN_S,
        };
      },
      spawner,
      onLine,
      beforeStart: async () => {
        const processingTimeoutMs = deliveryTimeoutMs + PROCESSING_MARGIN_MS;
        await host.daprd({ do: "before-start", agent, processingTimeoutMs });
      },
      gate: {
        untilIdle: async () => await host.daprd({ do: "until-idle", agent }),
        sidecarStopping: () => this.#tell("stopping"),
        sidecarGone: () => this.#tell("gone"),
      },
    });
  }

  async #prepare(): Promise<MadeResources> {
    const { host, streams, resources } = this.#options;
    this.#subscribed.resolve();
    this.#subscribed = Promise.withResolvers<void>();
    const [made] = await Promise.all([resources(), host.daprd({ do: "connect", streams })]);
    return made;
  }

  /** The one that is open stays: it knows whether the app is there. */
  async #openGate({ maxAttempts, declared }: MadeResources, port: number): Promise<void> {
    const { agent, appPort, host } = this.#options;
    const gate = { agent, port, appPort, maxAttempts, declared };
    const key = JSON.stringify(gate);
    if (this.#gate === key) return;
    await host.daprd({ do: "open-gate", gate });
    this.#gate = key;
  }

  #tell(what: "stopping" | "gone"): void {
    const { host, agent } = this.#options;
    host.daprd({ do: what, agent }).catch(() => undefined); // the thread has ended, and its gates with it
  }
}
