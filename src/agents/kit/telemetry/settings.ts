import type { Env } from "../process/environment.ts";

/** OpenTelemetry's three signals, as its variables spell them. */
export type Signal = "traces" | "metrics" | "logs";

/** The encodings of OTLP over HTTP. */
export type Protocol = "http/protobuf" | "http/json";

/** What is to be sampled at the root of a trace, and whether a parent decides before. */
export interface Sampling {
  readonly root: "always_on" | "always_off" | "traceidratio";
  readonly ratio: number;
  readonly parentBased: boolean;
}

/** What the environment says about telemetry. */
export interface TelemetrySettings {
  /** Where a signal is sent, by signal; one that is not in it is not sent. */
  readonly signals: Readonly<Partial<Record<Signal, { readonly url: string; readonly protocol: Protocol }>>>;
  readonly sampling: Sampling;
  /** What models are asked and answer may be sent. */
  readonly capturesContent: boolean;
  /** How long spans and log lines are collected before they are sent, in ms; null: the SDK's own choice. */
  readonly spanDelayMs: number | null;
  readonly logDelayMs: number | null;
  readonly metricIntervalMs: number | null;
  /** What cannot be used, in words for the log. */
  readonly warnings: readonly string[];
}

const SIGNALS: readonly Signal[] = ["traces", "metrics", "logs"];
const DEFAULT_SAMPLER = "parentbased_always_on";

/**
 * Reads OpenTelemetry's own variables. Null when nothing is sent anywhere, which is so until an endpoint is named: nobody
 * has asked for what would go to a collector on this machine by default.
 */
export function readTelemetry(env: Env): TelemetrySettings | null {
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return null;
  const warnings: string[] = [];
  const signals: Partial<Record<Signal, { url: string; protocol: Protocol }>> = {};
  for (const signal of SIGNALS) {
    const target = readSignal(env, signal, warnings);
    if (target !== null) signals[signal] = target;
  }
  if (Object.keys(signals).length === 0 && warnings.length === 0) return null;
  return {
    signals,
    sampling: readSampling(env, warnings),
    capturesContent:
      env["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"]?.trim().toLowerCase() === "true",
    spanDelayMs: readMs(env, "OTEL_BSP_SCHEDULE_DELAY", warnings),
    logDelayMs: readMs(env, "OTEL_BLRP_SCHEDULE_DELAY", warnings),
    metricIntervalMs: readMs(env, "OTEL_METRIC_EXPORT_INTERVAL", warnings),
    warnings,
  };
}

function readSignal(
  env: Env,
  signal: Signal,
  warnings: string[],
): { readonly url: string; readonly protocol: Protocol } | null {
  const name = signal.toUpperCase();
  const exporters = env[`OTEL_${name}_EXPORTER`]?.split(",").map((each) => each.trim()) ?? [];
  if (exporters.includes("none")) return null;
  const own = env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`];
  const variable = own ? `OTEL_EXPORTER_OTLP_${name}_ENDPOINT` : "OTEL_EXPORTER_OTLP_ENDPOINT";
  const base = own || env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (!base) return null;
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    add(warnings, `${variable} is "${base}", which is not a URL; expected one such as http://127.0.0.1:4318`);
    return null;
  }
  const other = exporters.find((each) => each !== "" && each !== "otlp");
  if (other !== undefined)
    add(warnings, `OTEL_${name}_EXPORTER names "${other}"; ${signal} are sent by OTLP alone`);
  const protocol = readProtocol(env, name, warnings);
  if (protocol === null) return null;
  // An endpoint of one signal is taken as it is; the common one is a base.
  return { url: own ? base : `${base.replace(/\/+$/, "")}/v1/${signal}`, protocol };
}

function readProtocol(env: Env, name: string, warnings: string[]): Protocol | null {
  const own = env[`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`];
  const variable = own ? `OTEL_EXPORTER_OTLP_${name}_PROTOCOL` : "OTEL_EXPORTER_OTLP_PROTOCOL";
  const protocol = own || env["OTEL_EXPORTER_OTLP_PROTOCOL"] || "http/protobuf";
  if (protocol === "http/protobuf" || protocol === "http/json") return protocol;
  add(
    warnings,
    `${variable} is "${protocol}"; telemetry is sent as http/protobuf or http/json, most collectors take it on port 4318`,
  );
  return null;
}

function readSampling(env: Env, warnings: string[]): Sampling {
  const named = env["OTEL_TRACES_SAMPLER"]?.trim() || DEFAULT_SAMPLER;
  const parentBased = named.startsWith("parentbased_");
  const root = named.replace(/^parentbased_/, "");
  if (root !== "always_on" && root !== "always_off" && root !== "traceidratio") {
    add(warnings, `OTEL_TRACES_SAMPLER is "${named}", which is not known; ${DEFAULT_SAMPLER} is used`);
    return { root: "always_on", ratio: 1, parentBased: true };
  }
  const text = env["OTEL_TRACES_SAMPLER_ARG"]?.trim() || "1";
  const ratio = Number(text);
  if (root === "traceidratio" && !(ratio >= 0 && ratio <= 1)) {
    add(warnings, `OTEL_TRACES_SAMPLER_ARG is "${text}", expected a number from 0 to 1; 1 is used`);
    return { root, ratio: 1, parentBased };
  }
  return { root, ratio, parentBased };
}

function readMs(env: Env, name: string, warnings: string[]): number | null {
  const text = env[name]?.trim();
  if (!text) return null;
  const ms = Number(text);
  if (Number.isInteger(ms) && ms > 0) return ms;
  add(warnings, `${name} is "${text}", expected a number of milliseconds`);
  return null;
}

function add(warnings: string[], warning: string): void {
  if (!warnings.includes(warning)) warnings.push(warning);
}
