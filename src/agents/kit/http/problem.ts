/** One thing that is wrong with an input. */
export interface ProblemIssue {
  /** Where: a path into the input, e.g. `items[0].title`; empty for the whole. */
  readonly path: string;
  /** What is wrong there, and what was expected. */
  readonly message: string;
}

/** What a {@link Problem} says beside its status. */
export interface ProblemOptions {
  /** Last part of the problem's stable type: `urn:agents:problem:<kind>`. */
  readonly kind: string;
  /** A short summary, the same for all problems of this kind. */
  readonly title: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Each thing that is wrong with the input. */
  readonly errors?: readonly ProblemIssue[];
  /** Headers of the answer, e.g. `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log; never part of the answer. */
  readonly cause?: unknown;
}

/**
 * An error that is an answer: thrown anywhere below a route, it becomes a problem document (RFC 9457). Errors that the kit
 * does not know become a 500 that shows no internals.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  /** HTTP status, 4xx or 5xx. */
  readonly status: number;
  readonly options: ProblemOptions;

  constructor(status: number, detail: string, options: ProblemOptions) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.options = options;
  }
}

/** 404: the thing that was asked for does not exist. */
export function notFound(detail: string): Problem {
  return new Problem(404, detail, { kind: "not-found", title: "Not found" });
}

/** 409: the request does not fit the present state. */
export function conflict(detail: string, hint?: string): Problem {
  return new Problem(409, detail, {
    kind: "conflict",
    title: "Conflict",
    ...(hint === undefined ? {} : { hint }),
  });
}

/** 422: the request is well formed, but breaks rules that its schema cannot express. */
export function invalid(detail: string, errors: readonly ProblemIssue[]): Problem {
  return new Problem(422, detail, { kind: "validation", title: "The input is not valid", errors });
}
