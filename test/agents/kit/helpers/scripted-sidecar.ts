import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";
import { trusted } from "../../../../src/agents/kit/process/trusted.ts";

/** A published CloudEvent, as far as tests look at it. */
export interface Published {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly agentsdepth: number;
  readonly contentType: string | undefined;
  readonly topic: string;
  readonly [attribute: string]: unknown;
  readonly data: {
    readonly id: string;
    readonly data: { correlationId: string; causationId: string; agentId: string; payload: unknown };
  };
}

interface Entry {
  readonly value: unknown;
  readonly etag: string;
}

/** The outside of an agent: what a sidecar would answer, as far as the tests need it, and a script of its failures. */
export class ScriptedSidecar {
  readonly published: Published[] = [];
  readonly state = new Map<string, Entry>();
  /** The keys of each reading of the state. */
  readonly reads: (readonly string[])[] = [];
  /** While true, who reads the state gets no answer. */
  silent = false;
  /** While true, nothing can be published. */
  refusing = false;
  /** Events that can never be published. */
  refuses: (event: Published) => boolean = () => false;
  /** Runs before a state transaction is looked at: another replica that gets in between. */
  beforeTransaction: () => void = () => undefined;
  /** As Redis has them, its transactions have no way back: what succeeds stays, also where something else in it fails. */
  likeRedis = false;
  port = 0;
  #heard: (() => void)[] = [];
  #waiting: { count: number; resolve: () => void }[] = [];

  static async start(t: Test): Promise<ScriptedSidecar> {
    const sidecar = new ScriptedSidecar();
    const server = createServer((request, response) => {
      void sidecar.#answer(request).then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    sidecar.port = trusted<AddressInfo>(server.address()).port;
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    return sidecar;
  }

  get env(): Record<string, string> {
    return { DAPR_HTTP_PORT: String(this.port) };
  }

  /** Answers who has waited, and from now on everybody. */
  speak(): void {
    this.silent = false;
    for (const answer of this.#heard.splice(0)) answer();
  }

  /** Resolves when so many events were published. */
  async publishedCount(count: number): Promise<void> {
    if (this.published.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  async #answer(request: IncomingMessage): Promise<[number, unknown?]> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(trusted<Buffer>(chunk));
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const [, , block, name, ...rest] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
    if (block === "metadata") return [200, { id: "agent" }];
    if (block === "publish") return this.#publish(rest.join("/"), request.headers["content-type"], body);
    if (block === "state" && rest[0] === "bulk")
      return await this.#read(trusted<{ keys: string[] }>(body).keys);
    if (block === "state" && rest[0] === "transaction")
      return this.#transaction(trusted<{ operations: Operation[] }>(body));
    return [404, { errorCode: "ERR_DIRECT_INVOKE", message: `nothing at ${block ?? ""}/${name ?? ""}` }];
  }

  #publish(topic: string, contentType: string | undefined, body: unknown): [number, unknown?] {
    if (this.refusing || this.refuses(trusted<Published>(body)))
      return [500, { errorCode: "ERR_PUBSUB_PUBLISH_MESSAGE", message: "the bus is down" }];
    this.published.push({ ...trusted<Published>(body), topic, contentType });
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.published.length < count) return true;
      resolve();
      return false;
    });
    return [204];
  }

  async #read(keys: readonly string[]): Promise<[number, unknown]> {
    this.reads.push(keys);
    if (this.silent) await new Promise<void>((resolve) => (this.#heard = [...this.#heard, resolve]));
    const rows = keys.map((key) => {
      const entry = this.state.get(key);
      return entry === undefined ? { key } : { key, data: entry.value, etag: entry.etag };
    });
    return [200, rows];
  }

  #transaction({ operations }: { operations: Operation[] }): [number, unknown?] {
    this.beforeTransaction();
    const stale = operations.filter(({ request }) => this.#isStale(request));
    for (const operation of operations) {
      const { key, value } = operation.request;
      if (stale.includes(operation) || (stale.length > 0 && !this.likeRedis)) continue;
      if (operation.operation === "delete") this.state.delete(key);
      else this.state.set(key, { value, etag: randomUUID() });
    }
    if (stale.length > 0)
      return [500, { errorCode: "ERR_STATE_TRANSACTION", message: "possible etag mismatch" }];
    return [204];
  }

  #isStale({ key, etag, options }: Operation["request"]): boolean {
    const entry = this.state.get(key);
    return etag === undefined
      ? options?.concurrency === "first-write" && entry !== undefined
      : etag !== entry?.etag;
  }
}

interface Operation {
  readonly operation: "upsert" | "delete";
  readonly request: {
    readonly key: string;
    readonly value?: unknown;
    readonly etag?: string;
    readonly options?: { readonly concurrency?: string };
  };
}

/** A CloudEvent that carries a standard event, as a sidecar delivers it. */
export function cloudEvent(
  eventType: string,
  payload: unknown,
  more: Record<string, unknown> = {},
): DeliveredEvent {
  const id = randomUUID();
  const correlationId = randomUUID();
  const time = new Date().toISOString();
  return {
    specversion: "1.0",
    id,
    type: eventType,
    source: "/agents/test",
    datacontenttype: "application/json",
    data: {
      id,
      eventType,
      subject: "tests/1",
      eventTime: time,
      dataVersion: "1.0",
      metadataVersion: "1",
      data: { correlationId, causationId: correlationId, agentId: "test", payload },
    },
    ...more,
  };
}

export interface DeliveredEvent {
  readonly id: string;
  readonly data: {
    readonly id: string;
    readonly data: { readonly correlationId: string; readonly [member: string]: unknown };
    readonly [member: string]: unknown;
  };
  readonly [attribute: string]: unknown;
}
