import type { ErrorProblem } from "../errors.ts";
import { AgentsError } from "../errors.ts";
import { suggest } from "./suggest.ts";

/** One thing that is wrong with a config. */
export type Problem = ErrorProblem;

/** What a config should have held, in the words of its messages. */
export interface Wanted {
  /** `a port`, `a resource`: completes "… is not". */
  readonly what: string;
  /** `an integer from 1 to 65535`: completes "expected". */
  readonly expected: string;
}

/** A value that is not what it should be, with the nearest of the known names where it is a mistyped one. */
export function wrong(path: string, value: unknown, wanted: Wanted, known: Iterable<string> = []): Problem {
  const found = show(value);
  const suggestion = typeof value === "string" ? suggest(value, known) : null;
  const message =
    suggestion === null
      ? `${found} is not ${wanted.what}: expected ${wanted.expected}.`
      : `${found} is not ${wanted.what}. Did you mean ${JSON.stringify(suggestion)}?`;
  return { path, message, expected: wanted.expected, found, suggestion };
}

/** As `wrong`, for a value that may be a secret: what it is is not said. */
export function unsaid(path: string, value: unknown, wanted: Wanted): Problem {
  const found = typeof value === "string" ? "a text" : show(value);
  const message = `what stands here is not ${wanted.what}: expected ${wanted.expected}.`;
  return { path, message, expected: wanted.expected, found, suggestion: null };
}

/** Something that has to be there and is not. */
export function missing(path: string, wanted: Wanted): Problem {
  return {
    path,
    message: `is missing: expected ${wanted.expected}.`,
    expected: wanted.expected,
    found: "nothing",
    suggestion: null,
  };
}

/** A rule that several values break together. `message` is a whole sentence. */
export function broken(path: string, message: string, expected: string, found: unknown): Problem {
  return { path, message, expected, found: show(found), suggestion: null };
}

/** A value as a person reads it in one line; never a whole object. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value instanceof Promise) return "a promise";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** `agents.notification.uses[1]`; keys that would be misread are quoted. */
export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** All problems of a config as the one error that is reported. `file` as people know it. */
export function invalidConfig(file: string, problems: readonly Problem[]): AgentsError {
  const width = Math.min(40, Math.max(...problems.map((problem) => problem.path.length)));
  const first = problems[0];
  return new AgentsError(
    "AGENTS_CONFIG_INVALID",
    `${file}: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`,
    {
      ...(first === undefined ? {} : { path: first.path, expected: first.expected, found: first.found }),
      lines: problems.map((problem) => `${problem.path.padEnd(width)}  ${problem.message}`.trimStart()),
      problems,
    },
  );
}
