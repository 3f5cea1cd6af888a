import type { LogFields, Logger } from "../log/logger.ts";
import type { LogEntry, Telemetry } from "./telemetry.ts";
import { idsOf } from "./trace-context.ts";

type Level = LogEntry["level"];
const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** A log whose lines name the span that they were written in, and are sent as well. Lines below `level` are not. */
export function tellingLogger(
  log: Logger,
  telemetry: Telemetry,
  level: Level,
  bound: LogFields = {},
): Logger {
  const say = (at: Level, message: string, fields: LogFields = {}): void => {
    if (RANK[at] < RANK[level]) return;
    const trace = telemetry.current();
    const all = { ...bound, ...fields };
    telemetry.log({ level: at, message, fields: all, time: Date.now(), trace });
    const ids = trace === null ? null : idsOf(trace);
    log[at](message, ids === null ? all : { ...all, trace_id: ids.traceId, span_id: ids.spanId });
  };
  return {
    debug: (message, fields) => say("debug", message, fields),
    info: (message, fields) => say("info", message, fields),
    warn: (message, fields) => say("warn", message, fields),
    error: (message, fields) => say("error", message, fields),
    with: (fields) => tellingLogger(log, telemetry, level, { ...bound, ...fields }),
  };
}
