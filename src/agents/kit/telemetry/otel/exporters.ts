import type { Protocol, Signal } from "../settings.ts";

/** Where a signal goes. */
interface Target {
  readonly url: string;
  readonly protocol: Protocol;
}

/*
 * Only what is used is loaded: each is a package of its own. The exporters read headers, time-outs, compression and
 * certificates from OpenTelemetry's variables by themselves.
 */

export async function traceExporter({ url, protocol }: Target) {
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({ url });
}

export async function metricExporter({ url, protocol }: Target) {
  const { OTLPMetricExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-metrics-otlp-http")
      : await import("@opentelemetry/exporter-metrics-otlp-proto");
  return new OTLPMetricExporter({ url });
}

export async function logExporter({ url, protocol }: Target) {
  const { OTLPLogExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-logs-otlp-http")
      : await import("@opentelemetry/exporter-logs-otlp-proto");
  return new OTLPLogExporter({ url });
}

/** What is told of each attempt to send something. */
export interface Outcomes {
  sent(signal: Signal): void;
  failed(signal: Signal, reason: string): void;
}

interface Result {
  readonly code: number;
  readonly error?: Error;
}

/** An exporter whose outcomes are told; the exporter itself stays what it is. */
export function watched<Exporter extends { export(items: never, done: (result: Result) => void): void }>(
  exporter: Exporter,
  signal: Signal,
  outcomes: Outcomes,
): Exporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (items: never, done: (result: Result) => void) => {
    send(items, (result) => {
      if (result.code === 0) outcomes.sent(signal);
      else outcomes.failed(signal, result.error?.message || result.error?.name || "no reason was given");
      done(result);
    });
  };
  return exporter;
}
