/** Why a repository could not be read. */
export type GithubFailureReason =
  | "unreachable"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "no-such-ref"
  | "limited"
  | "failing"
  | "unexpected";

const LASTING: ReadonlySet<GithubFailureReason> = new Set([
  "unauthorized",
  "forbidden",
  "not-found",
  "no-such-ref",
]);

/** A repository could not be read. Message and hint hold no token. */
export class GithubFailure extends Error {
  override readonly name = "GithubFailure";
  readonly reason: GithubFailureReason;
  readonly hint: string;
  /** When it may be asked again, in ms since 1970; null where the server says nothing. */
  readonly retryAt: number | null;
  /** False where the same question is answered in the same way until somebody has changed something. */
  readonly mayPass: boolean;

  constructor(
    reason: GithubFailureReason,
    message: string,
    hint: string,
    { retryAt = null, cause }: { readonly retryAt?: number | null; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.hint = hint;
    this.retryAt = retryAt;
    this.mayPass = !LASTING.has(reason);
  }
}
