import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Readable } from "node:stream";
import type { Test } from "tap";
import { isFields } from "../../../src/runtime/journal/fields.ts";
import { openJournal } from "../../../src/runtime/journal/open-journal.ts";
import type { EventView, JournalReader } from "../../../src/runtime/journal/journal-view.ts";
import type { ResolvedComponent } from "../../../src/runtime/model/resolved.ts";
import { createEmbeddedSidecarHost } from "../../../src/runtime/resources/sidecar/embedded/create-host.ts";
import type { EmbeddedHostOptions } from "../../../src/runtime/resources/sidecar/embedded/host-options.ts";
import type {
  SidecarEvent,
  SidecarHost,
  SidecarSpec,
} from "../../../src/runtime/resources/sidecar/sidecar-host.ts";

/** What a test needs of tap: to give back what it opened. */
export type Owner = Pick<Test, "teardown">;

export function component(
  kind: ResolvedComponent["kind"],
  name: string,
  metadata: Record<string, string> = {},
  type: string | null = null,
): ResolvedComponent {
  return { kind, name, resource: null, type, metadata };
}

export const PUBSUB = component("pubsub", "agents-pubsub");
export const STATE = component("statestore", "agents-statestore");
/** The same curve as the real one, a hundred times faster. */
export const FAST_RETRY = { retries: 5, firstMs: 2, lastMs: 100 };

export interface OpenHost {
  readonly host: SidecarHost;
  readonly journal: JournalReader;
  readonly events: SidecarEvent[];
  /** Resolves once the check is true; it is made now and after every change in the journal or event of the host. */
  readonly until: (check: () => boolean) => Promise<void>;
  /** Tells that the app listens, and waits until its subscriptions have been read. */
  readonly ready: (appId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A real host in its worker, on a folder of the test. */
export async function openHost(
  t: Owner,
  stateDir: string,
  options: Partial<EmbeddedHostOptions> = {},
): Promise<OpenHost> {
  const host = await createEmbeddedSidecarHost({
    runId: "test",
    stateDir,
    root: stateDir,
    components: [PUBSUB, STATE],
    retry: FAST_RETRY,
    ...options,
  });
  const journal = openJournal(stateDir);
  const events: SidecarEvent[] = [];
  const checks = new Set<() => void>();
  host.onEvent((event) => {
    if (event.type !== "journal") events.push(event);
    for (const check of checks) check();
  });
  const close = async (): Promise<void> => {
    await host[Symbol.asyncDispose]();
    journal[Symbol.dispose]();
  };
  t.teardown(close);
  const until = (check: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!check()) return;
        checks.delete(look);
        resolve();
      };
      checks.add(look);
      look();
    });
  const ready = async (appId: string): Promise<void> => {
    const count = (): number =>
      events.filter((one) => one.type === "subscribed" && one.appId === appId).length;
    const before = count();
    host.appReady(appId);
    await until(() => count() > before);
  };
  return { host, journal, events, until, ready, close };
}

/** What an app got: one POST of the sidecar's. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly event: Record<string, unknown>;
}

export type Reply = number | { readonly status?: number; readonly body?: string } | "hang" | "break";

export interface App {
  readonly port: number;
  readonly received: Received[];
  readonly server: Server;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly subscribe?: unknown;
  readonly port?: number;
  /** What to answer an event with; default 200 and nothing. */
  readonly reply?: (received: Received, app: App) => Reply | Promise<Reply>;
  /** Anything that is not an event. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A little app as an agent is one: an HTTP server that answers `GET /dapr/subscribe` and takes events. */
export async function startApp(t: Owner, options: AppOptions = {}): Promise<App> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    if (options.handle?.(incoming, response) === true) return;
    if (incoming.url === "/dapr/subscribe") {
      const { subscribe } = options;
      response.writeHead(subscribe === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(typeof subscribe === "string" ? subscribe : JSON.stringify(subscribe ?? null));
      return;
    }
    if (incoming.method !== "POST") {
      response.writeHead(404);
      response.end();
      return;
    }
    void readText(incoming).then(async (text) => {
      const one: Received = {
        path: incoming.url ?? "",
        headers: incoming.headers,
        text,
        event: parseObject(text),
      };
      received.push(one);
      const reply = (await options.reply?.(one, app)) ?? 200;
      if (reply === "hang") return;
      if (reply === "break") {
        incoming.socket.destroy();
        return;
      }
      const { status = 200, body = "" } = typeof reply === "number" ? { status: reply } : reply;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body);
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  t.teardown(close);
  const app: App = { port: portOf(server), received, server, close };
  return app;
}

export function subscription(topic: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { pubsubname: "agents-pubsub", topic, route: `/${topic}`, ...more };
}

export function spec(appId: string, appPort: number, more: Partial<SidecarSpec> = {}): SidecarSpec {
  return {
    appId,
    appPort,
    httpPort: 0,
    mayMove: true,
    subscribes: [],
    concurrency: 10,
    deliveryTimeoutMs: 5000,
    ...more,
  };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One request to a port of loopback, or the path of a socket; headers exactly as given. */
export function call(
  port: number | string,
  path: string,
  { method = "GET", headers = {}, body }: CallOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const to = typeof port === "string" ? { socketPath: port } : { host: "127.0.0.1", port };
    const outgoing = request({ ...to, path, method, headers, agent: false }, (incoming) => {
      void readText(incoming).then((text) => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          json: parseObject(text),
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export function publish(
  port: number,
  topic: string,
  data: unknown,
  headers: Record<string, string> = {},
  query = "",
): Promise<Answer> {
  return call(port, `/v1.0/publish/agents-pubsub/${topic}${query}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof data === "string" ? data : JSON.stringify(data),
  });
}

/** The deliveries of each event as text, by agent: `a:success:1`. */
export function statuses(events: readonly { readonly event: EventView }[]): string[] {
  return events.map(({ event }) => {
    const each = event.deliveries.map((one) => `${one.agent}:${one.status}:${one.attempts}`);
    return each.toSorted().join(" ");
  });
}

async function readText(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) chunks.push(chunk);
  } catch {
    // The other side went away: what came is what there is.
  }
  return Buffer.concat(chunks).toString();
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** What a process writes first. */
export function firstText(stream: Readable | null): Promise<string> {
  return new Promise((resolve) => stream?.once("data", (chunk: Buffer) => resolve(chunk.toString())));
}

/** A field of an event's data. */
export function dataOf(one: Received | undefined, field: string): unknown {
  const data = one?.event["data"];
  return isFields(data) ? data[field] : undefined;
}

/** The numbers `n` of what an app got, as they came. */
export function numbersOf(app: App): number[] {
  return app.received.map((one) => Number(dataOf(one, "n")));
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: Record<string, unknown> = JSON.parse(text);
    return value;
  } catch {
    return {};
  }
}
