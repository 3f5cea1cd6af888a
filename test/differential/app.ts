import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { portOf, type Owner, type Reply } from "../runtime/sidecar/kit.ts";

/** A request that the app got. */
export interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly at: number;
}

export interface DifferentialApp {
  readonly port: number;
  readonly got: readonly Got[];
  /** What it answers on `/healthz`. */
  healthy: boolean;
  /** So many calls under `/slow` were there at once. */
  most: number;
  /** Resolves what is kept under `/held`. */
  letGo: () => void;
  /** Called at each request that comes. */
  onGot: () => void;
  /** It does not listen meanwhile. */
  away(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface AppBehaviour {
  readonly subscribe: { readonly status: number; readonly body: string };
  /** What a path is answered with; null = 200 and nothing. */
  readonly reply: (got: Got) => Reply | Promise<Reply> | null;
}

/** The app of one sidecar: answers what the checks say, echoes what is invoked, and keeps all that came. */
export async function startDifferentialApp(t: Owner, behaviour: AppBehaviour): Promise<DifferentialApp> {
  const got: Got[] = [];
  const held = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void take(request).then(async (one) => {
      got.push(one);
      app.onGot();
      if (one.path === "/healthz") return end(response, app.healthy ? 200 : 500, "");
      if (/^\/slow(?:\/|$)/u.test(one.path)) return await slow(app, response);
      if (one.path.startsWith("/held/")) await held.promise;
      await answer(one, response, behaviour);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  t.teardown(close);
  const app: DifferentialApp & { now: number } = {
    port: portOf(server),
    got,
    healthy: true,
    most: 0,
    now: 0,
    letGo: held.resolve,
    away: async (work) => {
      const { port } = app;
      await close();
      await work();
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    onGot: () => undefined,
    close,
  };
  return app;
}

async function take(request: IncomingMessage): Promise<Got> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  } catch {
    // It was cut off.
  }
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    text: Buffer.concat(chunks).toString(),
    at: Date.now(),
  };
}

async function answer(got: Got, response: ServerResponse, { subscribe, reply }: AppBehaviour): Promise<void> {
  if (got.path === "/dapr/subscribe") return end(response, subscribe.status, subscribe.body);
  if (got.path === "/dapr/config" || got.method === "OPTIONS") return end(response, 404, "");
  if (got.path.startsWith("/echo")) return echo(got, response);
  const replied = (await reply(got)) ?? 200;
  if (replied === "hang") return;
  if (replied === "break") {
    response.socket?.destroy();
    return;
  }
  const { status = 200, body = "" } = typeof replied === "number" ? { status: replied } : replied;
  end(response, status, body);
}

async function slow(app: DifferentialApp & { now: number }, response: ServerResponse): Promise<void> {
  app.now += 1;
  app.most = Math.max(app.most, app.now);
  await new Promise((resolve) => setTimeout(resolve, 40));
  app.now -= 1;
  end(response, 200, "{}");
}

/** `/echo/418?…` answers with that status and all that it got. */
function echo(got: Got, response: ServerResponse): void {
  const status = Number(/^\/echo\/(\d{3})/u.exec(got.path)?.[1] ?? 200);
  const seen = Object.fromEntries(
    Object.entries(got.headers).filter(([name]) =>
      /^(?:x-|content-type|dapr-|te$|accept$|custom)/u.test(name),
    ),
  );
  response.writeHead(status, {
    "content-type": "application/json",
    "x-from-app": "yes",
    "x-two": ["1", "2"],
  });
  response.end(JSON.stringify({ method: got.method, path: got.path, text: got.text, headers: seen }));
}

function end(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
}
