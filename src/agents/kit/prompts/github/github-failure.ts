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

/** A repository could not be read. Message and hint hold no token. */
export class GithubFailure extends Error {
  override readonly name = "GithubFailure";
  readonly reason: GithubFailureReason;
  readonly hint: string;
  /** When it may be asked again, in ms since 1970; null where the server says nothing. */
  readonly retryAt: number | null;

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
  }
}
