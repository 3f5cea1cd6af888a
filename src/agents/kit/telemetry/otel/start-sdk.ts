import { randomUUID } from "node:crypto";
import {
  context,
  diag,
  DiagLogLevel,
  logs,
  metrics,
  propagation,
  SeverityNumber,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { setGlobalErrorHandler, W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Logger } from "../../log/logger.ts";
import type { KitMetrics } from "../metrics/kit-metrics.ts";
import { Sending } from "../sending.ts";
import type { TelemetrySettings } from "../settings.ts";
import type { LogEntry, Telemetry } from "../telemetry.ts";
import { logExporter, metricExporter, traceExporter, watched } from "./exporters.ts";
import { metricProducer } from "./metric-producer.ts";
import { samplerOf } from "./sampler.ts";
import { activeContext, contextFrom, toAttributes, traceWith } from "./tracing.ts";

/** The instrumentation scope of what the kit makes. */
const SCOPE = "agents-apphost/kit";
/** A stop waits so long for what is left to be sent; less where nothing arrived before. */
const STOP_MS = 1500;
const STOP_FAILING_MS = 100;

const SEVERITY = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const;

/** What telemetry is sent about and from. */
export interface SdkOptions {
  readonly settings: TelemetrySettings;
  /** Name of the service where the environment gives none. */
  readonly service: string;
  readonly metrics: KitMetrics;
  /** Its lines are not sent. */
  readonly log: Logger;
}

/**
 * OpenTelemetry's SDK, set up and made the one of this process: what an agent's own code does with OpenTelemetry's API
 * goes the same way. The only module of the kit, with its neighbours, that imports OpenTelemetry's packages.
 */
export async function startSdk({ settings, service, metrics: counted, log }: SdkOptions): Promise<Telemetry> {
  const quiet = (message: string): void => log.debug(`opentelemetry: ${message}`);
  diag.setLogger(
    { error: quiet, warn: quiet, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  // What cannot be sent is told by the exporters.
  setGlobalErrorHandler((error) => quiet(typeof error === "string" ? error : (error.message ?? "an error")));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());

  const resource = resourceOf(service);
  const sending = new Sending(log);
  const [tracing, metering, logging] = await Promise.all([
    tracerProvider(settings, resource, sending),
    meterProvider(settings, resource, sending, counted),
    loggerProvider(settings, resource, sending),
  ]);
  trace.setGlobalTracerProvider(tracing);
  if (metering !== null) metrics.setGlobalMeterProvider(metering);
  if (logging !== null) logs.setGlobalLoggerProvider(logging);

  const tracer = tracing.getTracer(SCOPE);
  const lines = logging?.getLogger(SCOPE) ?? null;
  return {
    trace: (start, work) => traceWith(tracer, start(), work),
    current: activeContext,
    note: (attributes) => {
      trace.getActiveSpan()?.setAttributes(toAttributes(attributes));
    },
    log: (entry) => {
      lines?.emit(toRecord(entry));
    },
    warmUp: () => Promise.resolve(),
    stop: async () => {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, sending.failing ? STOP_FAILING_MS : STOP_MS);
      const all = Promise.allSettled([tracing.shutdown(), metering?.shutdown(), logging?.shutdown()]);
      await Promise.race([all, late]);
      clearTimeout(timer);
    },
  };
}

/** Spans are made also where they are not sent: log lines carry their ids. */
async function tracerProvider(
  { signals, sampling, spanDelayMs }: TelemetrySettings,
  resource: Resource,
  sending: Sending,
): Promise<TracerProvider> {
  const options = { resource, sampler: samplerOf(sampling) };
  if (signals.traces === undefined) return new TracerProvider(options);
  const exporter = watched(await traceExporter(signals.traces), "traces", sending);
  const delay = spanDelayMs === null ? {} : { scheduledDelayMillis: spanDelayMs };
  return new TracerProvider({ ...options, spanProcessors: [new BatchSpanProcessor({ exporter, ...delay })] });
}

async function meterProvider(
  { signals, metricIntervalMs }: TelemetrySettings,
  resource: Resource,
  sending: Sending,
  counted: KitMetrics,
): Promise<MeterProvider | null> {
  if (signals.metrics === undefined) return null;
  const reader = new PeriodicExportingMetricReader({
    exporter: watched(await metricExporter(signals.metrics), "metrics", sending),
    metricProducers: [metricProducer(counted, { name: SCOPE })],
    ...(metricIntervalMs === null ? {} : { exportIntervalMillis: metricIntervalMs }),
  });
  return new MeterProvider({ resource, readers: [reader] });
}

async function loggerProvider(
  { signals, logDelayMs }: TelemetrySettings,
  resource: Resource,
  sending: Sending,
): Promise<LoggerProvider | null> {
  if (signals.logs === undefined) return null;
  const exporter = watched(await logExporter(signals.logs), "logs", sending);
  const delay = logDelayMs === null ? {} : { scheduledDelayMillis: logDelayMs };
  return new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter, ...delay })] });
}

/** What the environment says goes before what is known here. */
function resourceOf(service: string): Resource {
  const known = resourceFromAttributes({ "service.name": service, "service.instance.id": randomUUID() });
  const said = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(known).merge(said);
}

function toRecord({ level, message, fields, time, trace: at }: LogEntry) {
  return {
    timestamp: time,
    severityNumber: SEVERITY[level],
    severityText: level.toUpperCase(),
    body: message,
    attributes: toAttributes(fields),
    context: contextFrom(at),
  };
}
