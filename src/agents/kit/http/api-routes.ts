import type { Context, Hono } from "hono";
import { HandlerContext } from "../handling/context.ts";
import { outcomeOf } from "../handling/outcome.ts";
import { ifMatch, PreconditionFailed, selects } from "../handling/precondition.ts";
import type { CommandRoute, QueryRoute } from "../handling/routes.ts";
import { keyedRequest, readIdempotencyKey } from "../requests/idempotency-key.ts";
import type { KeyedRequest } from "../requests/idempotency-key.ts";
import type { KnownRequest } from "../requests/requests.ts";
import type { Ran } from "../requests/repeats.ts";
import { readTraceContext } from "../telemetry/trace-context.ts";
import { readInput } from "./read-body.ts";
import type { AppParts } from "./app-parts.ts";
import { Problem } from "./problem.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Path of a command or query as the router wants it: parameters with a colon. */
export function routerPath(agent: string, path: string): string {
  return `/api/${agent}${path.replaceAll(/\{([^}/]+)\}/g, ":$1")}`;
}

/** Mounts commands and queries below `/api/<agent>`. */
export function mountApi(app: Hono, parts: AppParts): void {
  for (const route of parts.queries) {
    app.get(routerPath(parts.name, route.path), (c) => answerQuery(parts, route, c));
  }
  for (const route of parts.commands) {
    app.on(route.method, routerPath(parts.name, route.path), (c) => answerCommand(parts, route, c));
  }
}

async function answerQuery(parts: AppParts, route: QueryRoute, c: Context): Promise<Response> {
  const correlationId = correlationOf(parts, c);
  c.header("x-correlation-id", correlationId);
  const input = sentToQuery(c);
  return await parts.inFlight.run(c.req.raw.signal, async (signal) => {
    const ctx = contextOf(parts, c, signal, { correlationId });
    const result = await route.run(input, ctx);
    const expected = c.req.header("if-match");
    if (expected !== undefined && !selects(expected, ctx.etag, "strong")) {
      const found = ctx.etag === null ? "no ETag" : `the ETag ${ctx.etag}`;
      throw new PreconditionFailed(`${c.req.path} has ${found}; the request expects ${expected}.`);
    }
    if (ctx.etag !== null) c.header("etag", ctx.etag);
    const known = c.req.header("if-none-match");
    if (known !== undefined && selects(known, ctx.etag, "weak")) return c.body(null, 304);
    return c.json(result);
  });
}

async function answerCommand(parts: AppParts, route: CommandRoute, c: Context): Promise<Response> {
  const correlationId = correlationOf(parts, c);
  c.header("x-correlation-id", correlationId);
  const key = readIdempotencyKey(c.req.header("idempotency-key"));
  const precondition = preconditionOf(route, c);
  // Read before it counts as work: what is not yet here when the agent stops is not begun.
  const input = await sentToCommand(route, c);
  return await parts.inFlight.run(c.req.raw.signal, async (signal) => {
    const run = async (request?: KeyedRequest, known?: KnownRequest | null): Promise<Ran> => {
      const ctx = contextOf(parts, c, signal, {
        correlationId: known?.correlationId ?? correlationId,
        precondition,
        request: request && { ...request, progress: known?.progress ?? null },
      });
      const body = await runCommand(parts, route, input, ctx);
      return { body, etag: ctx.etag, known: ctx };
    };
    if (key === null) return reply(c, await run());
    const request = keyedRequest(key, `${route.method} ${route.path}`, input);
    const answered = await parts.repeats.once(request, (known) => run(request, known));
    if (answered.repeated) c.header("idempotent-replayed", "true");
    return reply(c, answered);
  });
}

function reply(c: Context, { body, etag }: Pick<Ran, "body" | "etag">): Response {
  if (etag !== null) c.header("etag", etag);
  if (typeof body === "object" && body !== null && "correlationId" in body) {
    c.header("x-correlation-id", String(body.correlationId));
  }
  return c.json(body);
}

function correlationOf(parts: AppParts, c: Context): string {
  const given = c.req.header("x-correlation-id");
  return given !== undefined && UUID.test(given) ? given : parts.newId();
}

/** @throws Problem 400 where nobody would look at what is expected. */
function preconditionOf(route: CommandRoute, c: Context): ReturnType<typeof ifMatch> | undefined {
  // One that nobody looks at would let through what its sender wants to have refused.
  if (c.req.header("if-none-match") !== undefined) throw unsupported(route, "If-None-Match");
  const expected = c.req.header("if-match");
  if (expected === undefined) return undefined;
  if (route.conditional) return ifMatch(expected);
  throw unsupported(route, "If-Match");
}

function unsupported({ name }: CommandRoute, header: string): Problem {
  return new Problem(400, `${name} takes no ${header}.`, {
    kind: "precondition-unsupported",
    title: "Precondition not supported",
    hint: "GET /openapi.json says which commands take an If-Match.",
  });
}

function contextOf(
  parts: AppParts,
  c: Context,
  signal: AbortSignal,
  more: Pick<ConstructorParameters<typeof HandlerContext>[0], "correlationId" | "precondition" | "request">,
): HandlerContext {
  const came = readTraceContext(c.req.header("traceparent"), c.req.header("tracestate"));
  const trace = parts.observing.telemetry.current() ?? came;
  return new HandlerContext({
    ...more,
    event: null,
    depth: null,
    traceparent: trace?.traceparent ?? null,
    tracestate: trace?.tracestate,
    signal,
    log: parts.log.with({ correlationId: more.correlationId }),
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

/** Whatever its content type says, which many clients send with everything. */
function hasBody(c: Context): boolean {
  return Number(c.req.header("content-length") ?? 0) > 0 || c.req.header("transfer-encoding") !== undefined;
}

async function sentToCommand(route: CommandRoute, c: Context): Promise<unknown> {
  const body = route.method === "delete" && !hasBody(c) ? {} : await readInput(c.req);
  const params = c.req.param();
  return Object.keys(params).length > 0 && typeof body === "object" && body !== null && !Array.isArray(body)
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
  ctx.log.info(`${route.name} is done`, outcomeOf(ctx, began));
  return {
    correlationId: ctx.correlationId,
    result,
    events: ctx.emitted,
    generatedBy: ctx.generatedBy,
    promptRef: ctx.promptRef,
  };
}
