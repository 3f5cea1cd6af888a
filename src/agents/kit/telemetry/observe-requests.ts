import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { readTraceContext } from "./trace-context.ts";
import { errorType } from "./telemetry.ts";
import type { Span, SpanStart } from "./telemetry.ts";
import type { Observing } from "./open-telemetry.ts";

const METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "QUERY",
]);
/** Asked again and again by whoever watches the agent: counted, but no trace is begun. */
const WATCHED = /^\/(?:healthz(?:\/.*)?|metrics|dapr\/(?:subscribe|config)|api\/[^/]+\/health)$/u;

/**
 * Counts each request and traces it as a span of a server, named by the template of its route
 * (https://opentelemetry.io/docs/specs/semconv/http/).
 */
export function observeRequests({
  telemetry,
  metrics,
}: Pick<Observing, "telemetry" | "metrics">): MiddlewareHandler {
  return async (c, next) => {
    const began = performance.now();
    const method = METHODS.has(c.req.method) ? c.req.method : "_OTHER";
    const route = routeOf(c);
    const handle = async (span: Span | null): Promise<void> => {
      await next();
      const error = failureOf(c);
      span?.set({
        "http.response.status_code": c.res.status,
        "agents.correlation_id": c.res.headers.get("x-correlation-id"),
      });
      if (error !== null) span?.fail(error, c.error);
      metrics.request((performance.now() - began) / 1000, { method, route, status: c.res.status, error });
    };
    if (WATCHED.test(c.req.path)) return await handle(null);
    await telemetry.trace(() => spanOf(c, method, route), handle);
  };
}

function spanOf(c: Context, method: string, route: string | null): SpanStart {
  const { hostname, port, protocol, pathname } = new URL(c.req.url);
  const name = method === "_OTHER" ? "HTTP" : method;
  return {
    name: route === null ? name : `${name} ${route}`,
    kind: "server",
    parent: readTraceContext(c.req.header("traceparent"), c.req.header("tracestate")),
    attributes: {
      "http.request.method": method,
      "http.request.method_original": method === "_OTHER" ? c.req.method : null,
      "http.route": route,
      "url.path": pathname,
      "url.scheme": protocol.slice(0, -1),
      "server.address": hostname,
      "server.port": port === "" ? null : Number(port),
      "user_agent.original": c.req.header("user-agent") ?? null,
    },
  };
}

/** The template of the route that answers; null where none does. */
function routeOf(c: Context): string | null {
  return matchedRoutes(c).find(({ path }) => path !== "*" && path !== "/*")?.path ?? null;
}

/** A server's failures alone: what a caller did wrong is no failure of who tells it. */
function failureOf({ res, error }: Context): string | null {
  if (res.status < 500) return null;
  return error === undefined ? String(res.status) : errorType(error);
}
