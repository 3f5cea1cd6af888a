/** Levels a line of output can be recognised to have; null where nothing in the line tells. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** One line of output of one resource, as `agents logs --json` prints it. */
export interface LogLine {
  /** One sequence number across all resources of a project; grows over restarts of the runtime. */
  readonly seq: number;
  /** ISO 8601 UTC, when the runtime read it. */
  readonly time: string;
  readonly resource: string;
  readonly stream: "stdout" | "stderr";
  readonly level: LogLevel | null;
  /** Without the newline; ANSI sequences stripped in JSON, kept in the file. */
  readonly text: string;
}
