import { context, createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type {
  Attributes as OtelAttributes,
  Context,
  SpanContext,
  Span as OtelSpan,
  Tracer,
} from "@opentelemetry/api";
import type { Attributes, Span, SpanStart } from "../telemetry.ts";
import { errorType } from "../telemetry.ts";
import type { TraceContext } from "../trace-context.ts";
import { idsOf } from "../trace-context.ts";

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/** Runs work in a span of OpenTelemetry's, which is the active one meanwhile. */
export async function traceWith<Result>(
  tracer: Tracer,
  start: SpanStart,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { name, kind, attributes, parent, links = [] } = start;
  const from = parent === undefined ? context.active() : contextFrom(parent);
  const options = {
    kind: KINDS[kind],
    attributes: toAttributes(attributes),
    links: links.map((link) => ({ context: toSpanContext(link) })),
  };
  const span = tracer.startSpan(name, options, from);
  let told = false;
  const handle: Span = {
    context: toTraceContext(span.spanContext()),
    set: (more) => {
      span.setAttributes(toAttributes(more));
    },
    fail: (type, error) => {
      told = true;
      fail(span, type, error);
    },
  };
  try {
    return await context.with(trace.setSpan(from, span), () => work(handle));
  } catch (error) {
    // Whoever worked in it knows better what has failed.
    if (!told) fail(span, errorType(error), error);
    throw error;
  } finally {
    span.end();
  }
}

/** The context of the active span; null where there is none. */
export function activeContext(): TraceContext | null {
  const span = trace.getActiveSpan();
  return span === undefined ? null : toTraceContext(span.spanContext());
}

/** The context that a span, or a line of the log, belongs to. */
export function contextFrom(parent: TraceContext | null): Context {
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent));
}

export function toAttributes(attributes: Attributes): OtelAttributes {
  const all: OtelAttributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    all[name] = typeof value === "object" ? [...value] : value;
  }
  return all;
}

function fail(span: OtelSpan, type: string, error: unknown): void {
  span.setAttribute("error.type", type);
  if (error instanceof Error) span.recordException(error);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(error instanceof Error ? { message: error.message } : {}),
  });
}

function toTraceContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = (traceFlags & 0xff).toString(16).padStart(2, "0");
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() || null };
}

function toSpanContext(from: TraceContext): SpanContext {
  const { traceparent, tracestate } = from;
  return {
    ...idsOf(from),
    traceFlags: Number.parseInt(traceparent.slice(53, 55), 16) & 1,
    isRemote: true,
    ...(tracestate === null ? {} : { traceState: createTraceState(tracestate) }),
  };
}
