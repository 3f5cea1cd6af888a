import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Context, Span } from "@opentelemetry/api";
import { setGlobalErrorHandler, W3CTraceContextPropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { PublishRequest } from "../resources/sidecar/sidecar-host.ts";
import type { SpanTarget } from "../plan/telemetry.ts";

/** Sends spans of the runtime's own. */
export interface SpanSender {
  /** Publishes inside of a span, whose context travels with the event. */
  around(request: PublishRequest, send: (request: PublishRequest) => Promise<void>): Promise<void>;
  /** Sends what is left, as far as that does not take long. */
  stop(): Promise<void>;
}

const STOP_MS = 500;
const CARRIER = {
  set: (carrier: Record<string, string>, name: string, value: string): void => {
    carrier[name] = value;
  },
  get: (carrier: Record<string, string>, name: string): string | undefined => carrier[name],
  keys: (carrier: Record<string, string>): string[] => Object.keys(carrier),
};

/** OpenTelemetry's SDK with one exporter. Loaded where the first event is published by hand. */
export async function openSpanSender(
  { url, protocol }: SpanTarget,
  env: Readonly<Record<string, string>>,
): Promise<SpanSender> {
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  // The agents of the run send to the same place and tell when it does not answer.
  setGlobalErrorHandler(() => {});
  const provider = new TracerProvider({
    resource: resourceFromAttributes(attributesOf(env)),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), scheduledDelayMillis: 500 }),
    ],
  });
  const tracer = provider.getTracer("agents-apphost");
  const propagator = new W3CTraceContextPropagator();
  return {
    around: async (request, send) => {
      const from = propagator.extract(ROOT_CONTEXT, { traceparent: request.traceparent ?? "" }, CARRIER);
      const span = tracer.startSpan(`publish ${request.topic}`, optionsOf(request), from);
      try {
        await send({ ...request, traceparent: traceparentOf(propagator, from, span) });
      } catch (error) {
        span.setAttribute("error.type", error instanceof Error ? error.name : "_OTHER");
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        throw error;
      } finally {
        span.end();
      }
    },
    stop: async () => {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, STOP_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function optionsOf({ topic, id, correlationId }: PublishRequest) {
  return {
    kind: SpanKind.PRODUCER,
    attributes: {
      "messaging.system": "dapr",
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
      "messaging.destination.name": topic,
      ...(id ? { "messaging.message.id": id } : {}),
      ...(correlationId ? { "messaging.message.conversation_id": correlationId } : {}),
    },
  };
}

function traceparentOf(propagator: W3CTraceContextPropagator, from: Context, span: Span): string | null {
  const carrier: Record<string, string> = {};
  propagator.inject(trace.setSpan(from, span), carrier, CARRIER);
  return carrier["traceparent"] ?? null;
}

function attributesOf(env: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = (env["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())] as const];
  });
  return { ...Object.fromEntries(pairs), "service.name": env["OTEL_SERVICE_NAME"] ?? "agents" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is meant
  }
}
