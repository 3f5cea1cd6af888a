import type { LogFields } from "../log/logger.ts";
import type { TraceContext } from "./trace-context.ts";

/** What is said about a span or a log line. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>;

/** How a span begins. */
export interface SpanStart {
  readonly name: string;
  readonly kind: "server" | "client" | "producer" | "consumer" | "internal";
  readonly attributes: Attributes;
  /** What it continues; left out, the span that is worked in. Null: nothing, it begins a trace. */
  readonly parent?: TraceContext | null;
  /** What it has to do with beside its parent. */
  readonly links?: readonly TraceContext[];
}

/** A piece of work that is being traced. */
export interface Span {
  /** For those who continue it elsewhere; null while nothing is traced. */
  readonly context: TraceContext | null;
  set(attributes: Attributes): void;
  /** It has failed. `type` is of low cardinality: the name of an error, a status. */
  fail(type: string, error?: unknown): void;
}

/** One line of the log. */
export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The span that it was written in. */
  readonly trace: TraceContext | null;
}

/**
 * What the kit knows of telemetry. Behind it is nothing at all, or OpenTelemetry's SDK where an endpoint is set: nothing
 * but `otel/` imports a package of OpenTelemetry's.
 */
export interface Telemetry {
  /** Runs work in a span, which fails when the work throws. `start` is called only where something is traced. */
  trace<Result>(start: () => SpanStart, work: (span: Span) => Promise<Result>): Promise<Result>;
  /** The span that is worked in; null where there is none. */
  current(): TraceContext | null;
  /** Says more about the span that is worked in. */
  note(attributes: Attributes): void;
  /** Sends a line of the log. */
  log(entry: LogEntry): void;
  /** Loads what it needs, before it is needed. */
  warmUp(): Promise<void>;
  /** Sends what is left, as far as that does not take long. */
  stop(): Promise<void>;
}

const NO_SPAN: Span = { context: null, set: () => {}, fail: () => {} };

/** No telemetry. */
export const NO_TELEMETRY: Telemetry = {
  trace: (_start, work) => work(NO_SPAN),
  current: () => null,
  note: () => {},
  log: () => {},
  warmUp: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

/** What an error is called: a name of low cardinality. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return error.name === "Error" && error.constructor.name !== "Error" ? error.constructor.name : error.name;
}
