/** Codes of docs/errors.md that the start of an agent can end with. */
export type StartErrorCode =
  | "AGENTS_PROMPT_INVALID"
  | "AGENTS_PROMPT_UNLOCKED"
  | "AGENTS_PROMPT_SOURCE_FAILED";

/** The agent cannot start or go on as it is set up. Printed as one line with the hint; exit code 1. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly hint: string;
  /** One of the codes of docs/errors.md; null where there is none of its own. */
  readonly code: StartErrorCode | null;

  constructor(message: string, hint: string, cause?: unknown, code: StartErrorCode | null = null) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.code = code;
  }
}
