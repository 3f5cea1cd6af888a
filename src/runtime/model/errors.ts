/**
 * The closed set of codes an {@link AgentsError} can carry, with the exit code each one ends a command with.
 * Every code is a heading in docs/errors.md; a test holds the two against each other. A retired code is never reused.
 */
export const ERROR_EXITS = {
  AGENTS_USAGE: 2,
  AGENTS_CONFIG_NOT_FOUND: 2,
  AGENTS_CONFIG_UNREADABLE: 2,
  AGENTS_CONFIG_INVALID: 2,
  AGENTS_ENTRY_NOT_FOUND: 2,
  AGENTS_ENTRY_BROKEN: 2,
  AGENTS_NOT_SUPPORTED: 2,
  AGENTS_EVENT_UNKNOWN: 2,
  AGENTS_EVENT_INVALID: 2,
  AGENTS_DATA_UNREADABLE: 2,
  AGENTS_NAME_UNKNOWN: 2,
  AGENTS_NAME_INVALID: 2,
  AGENTS_NAME_TAKEN: 2,
  AGENTS_FILE_EXISTS: 2,
  AGENTS_CONFIG_NOT_EDITABLE: 2,
  AGENTS_PROMPT_INVALID: 2,
  AGENTS_PROMPT_UNLOCKED: 1,
  AGENTS_PROMPT_SOURCE_FAILED: 1,
  AGENTS_PORT_TAKEN: 1,
  AGENTS_SPAWN_FAILED: 1,
  AGENTS_CRASH_LOOP: 1,
  AGENTS_EXITED: 1,
  AGENTS_STATE_BROKEN: 1,
  AGENTS_STATE_LOCKED: 1,
  AGENTS_SIDECAR_FAILED: 1,
  AGENTS_DAPRD_NOT_FOUND: 1,
  AGENTS_DAPRD_UNUSABLE: 1,
  AGENTS_REDIS_UNREACHABLE: 1,
  AGENTS_DOCKER_MISSING: 1,
  AGENTS_DOCKER_NOT_RUNNING: 1,
  AGENTS_DOCKER_NOT_PERMITTED: 1,
  AGENTS_DOCKER_UNSUITABLE: 1,
  AGENTS_IMAGE_UNAVAILABLE: 1,
  AGENTS_MODEL_UNAVAILABLE: 1,
  AGENTS_CONTAINER_FAILED: 1,
  AGENTS_COMPONENT_FAILED: 1,
  AGENTS_DISK_FULL: 1,
  AGENTS_FILES_UNWRITABLE: 1,
  AGENTS_PUBLISH_FAILED: 1,
  AGENTS_EVENT_DEAD: 1,
  AGENTS_CONTROL_FAILED: 1,
  AGENTS_STOPPING: 1,
  AGENTS_INTERNAL: 1,
  AGENTS_NOT_RUNNING: 3,
  AGENTS_NOT_READY: 4,
  AGENTS_NOT_SETTLED: 4,
  AGENTS_INTERRUPTED: 130,
} as const;

/** One of the closed set of error codes. */
export type ErrorCode = keyof typeof ERROR_EXITS;

/** Where and what: the parts of an error that a script reads and a person is shown. */
export interface ErrorDetails {
  /** Path into the input that is wrong, e.g. `agents.notification.uses[1]`, or a file. */
  readonly path?: string;
  readonly expected?: string;
  readonly found?: string;
  /** What to do about it: one sentence, with the command where there is one. */
  readonly hint?: string;
  /** Further lines below the message: all the problems of a config, last log lines … */
  readonly lines?: readonly string[];
  /** Every single problem where there are several (a config, a payload), for scripts; `lines` is the same for people. */
  readonly problems?: readonly ErrorProblem[];
  readonly cause?: unknown;
}

/** One of several things that are wrong with an input. */
export interface ErrorProblem {
  readonly path: string;
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  /** What was probably meant, ready to be copied; null where nothing is near. */
  readonly suggestion: string | null;
}

/**
 * The one error class for everything that can be expected to go wrong. Anything else that is thrown is a bug of ours
 * and is reported as one, with its stack.
 *
 * The message says who and what happened, in the present tense: `testplanning cannot listen on port 7010: …`.
 */
export class AgentsError extends Error {
  override readonly name = "AgentsError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  get exitCode(): number {
    return ERROR_EXITS[this.code];
  }

  /** The shape that `--json` prints on stderr as `{ "error": … }`, and that the control API answers with. */
  toJSON(): SerialisedError {
    const { path, expected, found, hint, lines, problems } = this.details;
    return {
      code: this.code,
      message: this.message,
      path: path ?? null,
      expected: expected ?? null,
      found: found ?? null,
      hint: hint ?? null,
      ...(lines === undefined ? {} : { lines }),
      ...(problems === undefined ? {} : { problems }),
    };
  }
}

/** An {@link AgentsError} as plain data, as it travels over the control API and an IPC channel. */
export interface SerialisedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: string | null;
  readonly expected: string | null;
  readonly found: string | null;
  readonly hint: string | null;
  readonly lines?: readonly string[];
  readonly problems?: readonly ErrorProblem[];
}

/** Makes the error again on the other side of a process border. */
export function reviveError(error: SerialisedError): AgentsError {
  const { code, message, path, expected, found, hint, lines, problems } = error;
  return new AgentsError(code, message, {
    ...(path === null ? {} : { path }),
    ...(expected === null ? {} : { expected }),
    ...(found === null ? {} : { found }),
    ...(hint === null ? {} : { hint }),
    ...(lines === undefined ? {} : { lines }),
    ...(problems === undefined ? {} : { problems }),
  });
}
