/** What a person asked for cannot be done. The code is one of the command line's. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: "AGENTS_NAME_UNKNOWN" | "AGENTS_PROMPT_INVALID" | "AGENTS_FILES_UNWRITABLE" | "AGENTS_USAGE";
  readonly hint: string;

  constructor(code: ToolError["code"], message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}
