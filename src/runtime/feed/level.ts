import type { LogLevel } from "./log-line.ts";

/** Levels by weight, lightest first. */
export const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** True when a line of this level passes a filter for "at least `wanted`". A line without a level does not. */
export const isAtLeast = (level: LogLevel | null, wanted: LogLevel): boolean =>
  level !== null && LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);

/**
 * The level that a line names, in the ways the common loggers write it; null where it names none. Only the beginning of
 * a line counts: further on, a level's name is just a word.
 */
export function levelOf(text: string): LogLevel | null {
  const head = text.length > HEAD ? text.slice(0, HEAD) : text;
  if (head.trimStart().startsWith("{")) return inJson(text);
  const leading = LEADING.exec(head);
  const named = LOGFMT.exec(head)?.[1] ?? leading?.[1] ?? leading?.[2] ?? leading?.[3];
  const level = named === undefined ? undefined : NAMES.get(named.toLowerCase());
  if (level !== undefined) return level;
  const letter = KLOG.exec(head)?.[1];
  if (letter !== undefined) return LETTERS.get(letter) ?? null;
  if (THROWN.test(head)) return "error";
  return NODE_WARNING.test(head) ? "warn" : null;
}

const HEAD = 200;

/** pino, winston, bunyan, zap, Serilog, Google Cloud, ECS … name or number. Not parsed: it may be a line of 64 KiB. */
const JSON_LEVEL =
  /"(?:level|severity|lvl|levelname|log\.level|LogLevel|@l)"\s*:\s*(?:"([A-Za-z]+)"|(\d{1,3})\b)/;
/** `level=info`, `lvl="warn"` (logfmt: slog, logrus, Dapr). */
const LOGFMT = /(?:^|\s)(?:level|lvl|severity)="?([a-z]+)/i;
/**
 * `ERROR: …`, `[warn] …`, `info: Microsoft…`, `WARNING:root:…`, `npm warn …`, each after what may look like a time, a
 * process id or another bracketed part: `2026-11-22 17:34:00,123 [main] ERROR …`.
 */
const LEADING =
  /^\s*(?:(?:\[[^\]]{0,40}\]|\(?[\d][\d\-/:.,TZ+]*\)?|npm|-|\|)\s+){0,5}(?:[[<(]\s*([A-Za-z]{3,13})\s*[\]>)]|([A-Za-z]{3,13})(?=\s*[:|!]|\s+-\s)|([A-Z]{3,13})(?=\s|$))/;
/** klog and glog: `E1122 17:34:00.123456   4711 file.go:12] …`. */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
/** `TypeError: …`, `Uncaught …`, `panic: …`, `Traceback …` */
const THROWN = /^\s*(?:Uncaught\b|Unhandled\b|[A-Z]\w*(?:Error|Exception)\b\s*(?:[:[(]|$)|Traceback \()/;
/** `(node:4711) ExperimentalWarning: …` */
const NODE_WARNING = /^\(node:\d+\) (?:\[[^\]]+\] )?\w*Warning:/;

const LETTERS = new Map<string, LogLevel>([
  ["I", "info"],
  ["W", "warn"],
  ["E", "error"],
  ["F", "fatal"],
]);

const WORDS: Readonly<Record<LogLevel, string>> = {
  trace: "trace trce trc verbose silly finest vrb",
  debug: "debug dbug dbg fine",
  info: "info information informational inf notice log",
  warn: "warn warning wrn",
  error: "error err eror fail failure severe",
  fatal: "fatal ftl critical crit panic emerg emergency alert",
};

const NAMES = new Map(
  LEVELS.flatMap((level) => WORDS[level].split(" ").map((name) => [name, level] as const)),
);

function inJson(text: string): LogLevel | null {
  const found = JSON_LEVEL.exec(text);
  if (found === null) return null;
  const [, name, number] = found;
  if (name !== undefined) return NAMES.get(name.toLowerCase()) ?? null;
  // pino and bunyan: 10 trace … 60 fatal
  const rank = Math.floor(Number(number) / 10) - 1;
  return LEVELS[Math.min(rank, LEVELS.length - 1)] ?? null;
}
