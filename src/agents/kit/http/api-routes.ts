import type { Context, Hono } from "hono";
import { HandlerContext } from "../handling/context.ts";
import type { CommandRoute } from "../handling/routes.ts";
import { readJson } from "./read-body.ts";
import type { AppParts } from "./app-parts.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Path of a command or query as the router wants it: parameters with a colon. */
export function routerPath(agent: string, path: string): string {
  return `/api/${agent}${path.replaceAll(/\{([^}/]+)\}/g, ":$1")}`;
}

/** Mounts commands and queries below `/api/<agent>`. */
export function mountApi(app: Hono, parts: AppParts): void {
  for (const route of parts.queries) {
    app.get(routerPath(parts.name, route.path), (c) =>
      answer(parts, c, sentToQuery(c), (input, ctx) => route.run(input, ctx)),
    );
  }
  for (const route of parts.commands) {
    app.on(route.method, routerPath(parts.name, route.path), (c) =>
      answer(parts, c, sentToCommand(route, c), (input, ctx) => runCommand(parts, route, input, ctx)),
    );
  }
}

async function answer(
  parts: AppParts,
  c: Context,
  sent: Promise<unknown> | object,
  run: (input: unknown, ctx: HandlerContext) => Promise<unknown>,
): Promise<Response> {
  const given = c.req.header("x-correlation-id");
  const correlationId = given !== undefined && UUID.test(given) ? given : parts.newId();
  c.header("x-correlation-id", correlationId);
  // Read before it counts as work: what is not yet here when the agent stops is not begun.
  const input = await sent;
  return await parts.inFlight.run(c.req.raw.signal, async (signal) => {
    const traceparent = c.req.header("traceparent");
    const ctx = new HandlerContext({
      correlationId,
      event: null,
      depth: null,
      traceparent: traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : null,
      signal,
      log: parts.log.with({ correlationId }),
    });
    return c.json(await run(input, ctx));
  });
}

function sentToQuery(c: Context): object {
  // A parameter that is given several times arrives as a list.
  const sent = Object.entries(c.req.queries()).map(([key, values]) => [
    key,
    values.length === 1 ? values[0] : values,
  ]);
  return { ...Object.fromEntries(sent), ...c.req.param() };
}

async function sentToCommand(route: CommandRoute, c: Context): Promise<unknown> {
  const hasBody = route.method !== "delete" || c.req.header("content-type") !== undefined;
  const body = hasBody ? await readJson(c.req) : {};
  const params = c.req.param();
  return Object.keys(params).length > 0 && typeof body === "object" && body !== null
    ? { ...body, ...params }
    : body;
}

async function runCommand(
  parts: AppParts,
  route: CommandRoute,
  input: unknown,
  ctx: HandlerContext,
): Promise<unknown> {
  const began = performance.now();
  const result = await route.run(input, ctx);
  await parts.publishCommitted(ctx);
  ctx.log.info(`${route.name} is done`, {
    emitted: ctx.emitted.length,
    ms: Math.round(performance.now() - began),
  });
  return {
    correlationId: ctx.correlationId,
    result,
    events: ctx.emitted,
    generatedBy: ctx.generatedBy,
    promptRef: ctx.promptRef,
  };
}
