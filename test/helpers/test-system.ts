import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmbeddedSidecarHost } from "../../src/runtime/resources/sidecar/embedded/create-host.ts";
import type { SidecarHost } from "../../src/runtime/resources/sidecar/sidecar-host.ts";
import { freePort } from "./free-port.ts";
import { Observer } from "./observer.ts";
import type { Seen } from "./observer.ts";
import { runAgentProcess } from "./running-agent.ts";
import type { RunningAgent } from "./running-agent.ts";

const COMPONENT = { resource: null, type: null, metadata: {} } as const;

/** The little of a tap test that is needed here. */
interface Test {
  teardown(work: () => Promise<void> | void): void;
}

/** How a system differs from the usual one. */
export interface TestSystemOptions {
  /** False: the sidecars have no `agents-statestore`. */
  readonly statestore?: boolean;
}

/** How an agent differs from those of this repository. */
export interface AgentOptions {
  /** Its program, from the root of the repository. */
  readonly entry?: string;
  /** What stands between it and its sidecar: gives the port that it is told. */
  readonly through?: (httpPort: number) => Promise<number>;
  /** What stands between its sidecar and it: gives the port that the sidecar delivers to. */
  readonly deliveredThrough?: (appPort: number) => Promise<number>;
}

/** A bus with agents on it, and an observer who sees every event of the given types. */
export class TestSystem {
  readonly dir: string;
  readonly #host: SidecarHost;
  readonly #agents: RunningAgent[] = [];
  readonly #observer: Observer;

  private constructor(dir: string, host: SidecarHost, observer: Observer) {
    this.dir = dir;
    this.#host = host;
    this.#observer = observer;
  }

  static async start(
    t: Test,
    observed: readonly string[],
    { statestore = true }: TestSystemOptions = {},
  ): Promise<TestSystem> {
    // Not the test's own folder: a test that asks for it again gets it emptied.
    const dir = await mkdtemp(join(tmpdir(), "agents-test-"));
    const store = { ...COMPONENT, name: "agents-statestore", kind: "statestore" } as const;
    const host = await createEmbeddedSidecarHost({
      runId: "test",
      stateDir: join(dir, ".agents"),
      root: dir,
      components: [{ ...COMPONENT, name: "agents-pubsub", kind: "pubsub" }, ...(statestore ? [store] : [])],
      retry: { retries: 5, firstMs: 20, lastMs: 400 },
    });
    const system = new TestSystem(dir, host, await Observer.start(t, observed));
    t.teardown(async () => {
      await Promise.all(system.#agents.map((agent) => agent.kill()));
      await host[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    });
    await system.#sidecar("observer", system.#observer.port, observed);
    await system.#ready("observer");
    return system;
  }

  /** Starts an agent and waits until it is ready. The same name again is the same agent, with what it has stored. */
  async agent(
    name: string,
    env: Readonly<Record<string, string>> = {},
    { entry = `src/agents/${name}/main.ts`, through, deliveredThrough }: AgentOptions = {},
  ): Promise<RunningAgent> {
    const port = await freePort();
    const deliveredTo = deliveredThrough === undefined ? port : await deliveredThrough(port);
    const { httpPort } = await this.#sidecar(name, deliveredTo, []);
    const agent = await runAgentProcess(entry, port, {
      DAPR_HTTP_PORT: String(through === undefined ? httpPort : await through(httpPort)),
      AGENTS_RUN_ID: "test",
      AGENTS_LLM_MODE: "sample",
      SQLSERVER_URL: `sqlite:${join(this.dir, "agentsdb.db")}`,
      NOTIFICATION_DIR: join(this.dir, "outbox"),
      ...env,
    });
    this.#agents.push(agent);
    await this.#ready(name);
    const kill = async (): Promise<void> => {
      await agent.kill();
      await this.gone(name);
    };
    return { ...agent, kill };
  }

  /** Tells that the process of an agent has ended: the sidecar holds what comes. */
  async gone(name: string): Promise<void> {
    await this.#host.appGone(name, 0);
    await this.#host.stop(name);
  }

  /** Publishes a standard event as another agent would. */
  async publish(type: string, payload: unknown, id: string): Promise<void> {
    const subject = "tests/1";
    const time = new Date().toISOString();
    const correlationId = crypto.randomUUID();
    const data = { correlationId, causationId: correlationId, agentId: "test", payload };
    const standard = {
      id,
      eventType: type,
      subject,
      eventTime: time,
      dataVersion: "1.0",
      metadataVersion: "1",
      data,
    };
    const attributes = { specversion: "1.0", id, type, source: "/agents/test", subject, time };
    const event = { ...attributes, datacontenttype: "application/json", agentsdepth: 0, data: standard };
    await this.#host.publish({
      pubsub: "agents-pubsub",
      topic: type,
      body: JSON.stringify(event),
      contentType: "application/cloudevents+json",
      raw: false,
    });
  }

  /** Delivers a published event once more to one agent. */
  async replay(id: string, to: string): Promise<void> {
    await this.#host.replay(id, to);
  }

  /** What the observer has seen until now. */
  get seen(): readonly Seen[] {
    return this.#observer.seen;
  }

  /** Waits until `count` events of a type were seen, and gives them. */
  async until(type: string, count: number): Promise<readonly Seen[]> {
    return await this.#observer.until(type, count);
  }

  /** Tells that the app listens, and waits until its subscriptions are known: what is published then reaches it. */
  async #ready(appId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = this.#host.onEvent((event) => {
      if (event.type === "subscribed" && event.appId === appId) resolve();
    });
    this.#host.appReady(appId);
    await promise;
  }

  #sidecar(
    appId: string,
    appPort: number,
    subscribes: readonly string[],
  ): Promise<{ readonly httpPort: number }> {
    const fixed = { httpPort: 0, mayMove: true, concurrency: 10, deliveryTimeoutMs: 30_000 };
    return this.#host.start({ appId, appPort, subscribes, ...fixed });
  }
}
