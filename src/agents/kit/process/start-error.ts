/** Codes of docs/errors.md that the start of an agent can end with. */
export type StartErrorCode =
  | "AGENTS_PROMPT_INVALID"
  | "AGENTS_PROMPT_UNLOCKED"
  | "AGENTS_PROMPT_SOURCE_FAILED";

/**
 * Exit code of an agent that cannot start as it is set up (EX_CONFIG of sysexits.h). `agents up` does not start it again,
 * nor does systemd with `RestartPreventExitStatus=78`.
 */
export const EXIT_NOT_SET_UP = 78;

/** What there is to say about a {@link StartError} beside its message and its hint. */
export interface StartErrorOptions {
  readonly cause?: unknown;
  /** One of the codes of docs/errors.md. */
  readonly code?: StartErrorCode;
  /** True where the same start may succeed a moment later: what it needs is away, or in use. */
  readonly mayPass?: boolean;
}

/**
 * The agent cannot start or go on. Printed as one line with the hint. The process ends with exit code 78, which says that
 * it would fail again as it is set up, or with 1 where that {@link StartErrorOptions.mayPass | may pass}.
 */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly hint: string;
  /** One of the codes of docs/errors.md; null where there is none of its own. */
  readonly code: StartErrorCode | null;

  readonly exitCode: number;

  constructor(message: string, hint: string, { cause, code, mayPass = false }: StartErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.code = code ?? null;
    this.exitCode = mayPass ? 1 : EXIT_NOT_SET_UP;
  }
}
