/** Values that a log line can carry. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Writes one line for each thing that happens to standard output: `level: message key=value …`. Say what happened in a few
 * words, and put ids and numbers into the fields. `LOG_LEVEL` decides what is written: `debug`, `info` (default), `warn` or
 * `error`.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  with(fields: LogFields): Logger;
}

type Level = "debug" | "info" | "warn" | "error";
const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** A logger on a sink for whole lines. Lines below `level` are left out. */
export function createLogger(
  write: (line: string) => void,
  level: Level = "info",
  bound: LogFields = {},
): Logger {
  const log = (at: Level, message: string, fields: LogFields = {}): void => {
    if (RANK[at] < RANK[level]) return;
    write(`${at}: ${oneLine(message)}${format({ ...bound, ...fields })}\n`);
  };
  return {
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    with: (fields) => createLogger(write, level, { ...bound, ...fields }),
  };
}

/** The level named in the environment, or `info`. */
export function logLevel(name: string | undefined): Level {
  return name === "debug" || name === "warn" || name === "error" ? name : "info";
}

function format(fields: LogFields): string {
  let text = "";
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const plain = String(value);
    text += ` ${key}=${/^[^\s"=]+$/.test(plain) ? plain : JSON.stringify(plain)}`;
  }
  return text;
}

/** One event is one line, whatever a message quotes. */
function oneLine(message: string): string {
  return message.replaceAll(/\s*[\r\n]+\s*/g, " ↵ ");
}
