import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createGuard } from "./guard.ts";
import { HttpError, toErrorReply } from "./http-error.ts";
import { readJsonBody } from "./request-body.ts";
import type { Reply, Route } from "./routes.ts";
import { routes } from "./routes.ts";
import type { RunControl } from "./run-control.ts";
import { sendNdjson } from "./stream-reply.ts";

export interface ControlServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /**
   * Ends all streams, lets answers that are on their way arrive (at most a second), and gives the port back.
   * Idempotent. To be called after `RunControl.down` has resolved, never within it: its answer is one of those.
   */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 1000;

/** Serves the control API of one run on loopback, on a port that the system chooses. */
export async function startControlServer(control: RunControl, token: string): Promise<ControlServer> {
  const guard = createGuard(token);
  const closing = new AbortController();
  const serve = createServer({ keepAliveTimeout: 5000 }, (request, response) => {
    response.on("error", () => {}); // the reader is gone: `close` follows and gives everything back
    for (const [name, value] of SAFE_HEADERS) response.setHeader(name, value);
    const refusal = guard(request);
    if (refusal !== null) {
      sendError(request, response, new HttpError(refusal.status, refusal.message));
      return;
    }
    void answer(control, request, response, closing.signal);
  });
  serve.listen({ host: "127.0.0.1", port: 0 });
  await once(serve, "listening");
  const address = serve.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  let closed: Promise<void> | null = null;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => (closed ??= closeServer(serve, closing)),
  };
}

async function closeServer(serve: ReturnType<typeof createServer>, closing: AbortController): Promise<void> {
  const end = once(serve, "close");
  serve.close();
  closing.abort();
  serve.closeIdleConnections();
  const force = setTimeout(() => serve.closeAllConnections(), CLOSE_GRACE_MS);
  await end;
  clearTimeout(force);
}

async function answer(
  control: RunControl,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  const giveUp = (): void => gone.abort();
  response.once("close", giveUp);
  try {
    const { route, id, query } = find(request);
    const body = (): Promise<unknown> => readJsonBody(request);
    closing.addEventListener("abort", giveUp);
    await send(response, await route.answer({ control, query, id, body, signal: gone.signal }), gone.signal);
  } catch (error) {
    sendError(request, response, error);
  } finally {
    closing.removeEventListener("abort", giveUp);
  }
}

async function send(response: ServerResponse, reply: Reply, signal: AbortSignal): Promise<void> {
  switch (reply.by) {
    case "json":
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply.value));
      return;
    case "empty":
      response.writeHead(204).end();
      return;
    case "stream": {
      const source = reply.source[Symbol.asyncIterator]();
      const first = source.next();
      // What is wrong with a query shows at once, and still has a status of its own; a quiet stream does not hold its head back.
      const failed = await Promise.race([
        first.then(
          () => null,
          (error: unknown) => ({ error }),
        ),
        soon(),
      ]);
      if (failed !== null) throw failed.error;
      await sendNdjson(response, source, first, signal);
      return;
    }
    default:
      reply satisfies never;
  }
}

const soon = (): Promise<null> => new Promise((resolve) => setTimeout(resolve, 2, null));

interface Found {
  readonly route: Route;
  readonly id: string;
  readonly query: URLSearchParams;
}

function find(request: IncomingMessage): Found {
  const target = request.url ?? "";
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const here = routes.flatMap((route) => {
    const match = route.path.exec(path);
    return match === null ? [] : [{ route, id: match[1] ?? "" }];
  });
  const found = here.find(({ route }) => route.method === request.method);
  if (found === undefined) {
    if (here.length === 0) throw new HttpError(404, `The control API has no ${path.slice(0, 200)}.`);
    throw new HttpError(405, `${path.slice(0, 200)} does not take ${request.method ?? "this method"}.`);
  }
  const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
  return { route: found.route, id: decode(found.id), query };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, "The path is not percent-encoded as URLs are.");
  }
}

function sendError(request: IncomingMessage, response: ServerResponse, failure: unknown): void {
  if (response.headersSent) {
    response.destroy(); // too late for a status: a broken connection is the only honest sign left
    return;
  }
  const { status, error } = toErrorReply(failure);
  // What is left of a refused request is not read: the connection cannot be used for another one.
  if (!request.complete) response.setHeader("connection", "close");
  if (status === 401) response.setHeader("www-authenticate", "Bearer");
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error }));
}

const SAFE_HEADERS: readonly (readonly [string, string])[] = [
  ["cache-control", "no-store"],
  ["x-content-type-options", "nosniff"],
  ["cross-origin-resource-policy", "same-origin"],
];
