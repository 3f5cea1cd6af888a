import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { createEmbeddedSidecarHost } from "../../../src/runtime/resources/sidecar/embedded/create-host.ts";
import type { SidecarHost } from "../../../src/runtime/resources/sidecar/sidecar-host.ts";

const ROOT = join(import.meta.dirname, "../../..");
const COMPONENT = { resource: null, type: null, metadata: {} } as const;

const delivered = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({
    id: z.string(),
    subject: z.string(),
    data: z.object({
      correlationId: z.string(),
      causationId: z.string(),
      payload: z.record(z.string(), z.unknown()),
    }),
  }),
});

/** An event as the observer received it. */
export type Seen = z.infer<typeof delivered>;

/** The little of a tap test that is needed here. */
interface Test {
  testdir(content: Record<string, never>): string;
  teardown(work: () => Promise<void> | void): void;
}

/** An agent as a real process behind a real embedded sidecar. */
export interface RunningAgent {
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  get(path: string): Promise<{ status: number; body: Record<string, unknown> }>;
  /** kill -9, and the sidecar holds what comes. */
  kill(): Promise<void>;
}

/** A bus with agents on it, and an observer who sees every event of the given types. */
export class TestSystem {
  readonly dir: string;
  readonly #host: SidecarHost;
  readonly #t: Test;
  readonly seen: Seen[] = [];
  #waiting: (() => void)[] = [];

  private constructor(t: Test, dir: string, host: SidecarHost) {
    this.#t = t;
    this.dir = dir;
    this.#host = host;
  }

  static async start(t: Test, observed: readonly string[]): Promise<TestSystem> {
    const dir = t.testdir({});
    const host = await createEmbeddedSidecarHost({
      runId: "test",
      stateDir: join(dir, ".agents"),
      root: dir,
      components: [
        { ...COMPONENT, name: "agents-pubsub", kind: "pubsub" },
        { ...COMPONENT, name: "agents-statestore", kind: "statestore" },
      ],
      retry: { retries: 5, firstMs: 20, lastMs: 400 },
    });
    t.teardown(async () => await host[Symbol.asyncDispose]());
    const system = new TestSystem(t, dir, host);
    await system.#observe(observed);
    return system;
  }

  /** Starts an agent and waits until it is ready. The same name again is the same agent, with what it has stored. */
  async agent(name: string, env: Readonly<Record<string, string>> = {}): Promise<RunningAgent> {
    const port = await freePort();
    const { httpPort } = await this.#sidecar(name, port, []);
    const child = execa(process.execPath, ["--conditions=agents-source", `src/agents/${name}/main.ts`], {
      cwd: ROOT,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env["PATH"] ?? "",
        PORT: String(port),
        DAPR_HTTP_PORT: String(httpPort),
        AGENTS_RUN_ID: "test",
        AGENTS_LLM_MODE: "sample",
        SQLSERVER_URL: `sqlite:${join(this.dir, "agentsdb.db")}`,
        NOTIFICATION_DIR: join(this.dir, "outbox"),
        ...env,
      },
    });
    let output = "";
    child.all.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const kill = async (): Promise<void> => {
      child.kill("SIGKILL");
      await child;
      await this.#host.appGone(name, 0);
      await this.#host.stop(name);
    };
    this.#t.teardown(async () => {
      child.kill("SIGKILL");
      await child;
    });
    const url = `http://127.0.0.1:${port}`;
    await ready(url, child, () => output);
    await this.#ready(name);
    return { url, pid: child.pid ?? 0, output: () => output, kill, ...client(url) };
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

  /** Waits until `count` events of a type were seen, and gives them. */
  async until(type: string, count: number): Promise<readonly Seen[]> {
    for (;;) {
      const found = this.seen.filter((event) => event.type === type);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #observe(topics: readonly string[]): Promise<void> {
    const server = createServer((request, response) => {
      if (request.method === "GET") {
        const list = topics.map((topic) => ({ pubsubname: "agents-pubsub", topic, route: "/seen" }));
        response.setHeader("content-type", "application/json").end(JSON.stringify(list));
        return;
      }
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        this.seen.push(delivered.parse(JSON.parse(body)));
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const wake of waiting) wake();
        response.setHeader("content-type", "application/json").end('{"status":"SUCCESS"}');
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    await this.#sidecar("observer", portOf(server.address()), topics);
    await this.#ready("observer");
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

const answered = z.record(z.string(), z.unknown());

async function read(response: Response): Promise<{ status: number; body: Record<string, unknown> }> {
  return { status: response.status, body: answered.parse(await response.json()) };
}

function client(url: string): Pick<RunningAgent, "post" | "get"> {
  const headers = { "content-type": "application/json" };
  return {
    post: async (path, body) =>
      await read(await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })),
    get: async (path) => await read(await fetch(url + path)),
  };
}

async function ready(url: string, child: Promise<unknown>, output: () => string): Promise<void> {
  let exited = false;
  void child.then(() => (exited = true));
  for (;;) {
    if (exited) throw new Error(`the agent has ended:\n${output()}`);
    // A refused connection is an answer too: not yet.
    const answer = await fetch(`${url}/healthz/ready`).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Below the range that outgoing connections take their ports from: nobody gets it before the agent listens. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const listens = once(server, "listening").then(
      () => true,
      () => false,
    );
    server.listen(port, "127.0.0.1");
    if (!(await listens)) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return address.port;
}
