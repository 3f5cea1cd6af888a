import { keyReused } from "./idempotency-key.ts";
import type { KeyedRequest } from "./idempotency-key.ts";
import { NO_PROGRESS } from "./progress.ts";
import type { Progress } from "./progress.ts";

/** How long the answer of a command is kept for its repetitions, in milliseconds: 7 days. */
export const ANSWER_KEPT_MS = 7 * 24 * 3_600_000;

/** What a command was answered with. */
export interface Answer {
  readonly body: unknown;
  readonly etag: string | null;
}

/** What is known of a command from earlier. */
export interface KnownRequest {
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly progress: Progress;
  /** Null while it has none: it is being handled, or its process has died before it answered. */
  readonly answer: Answer | null;
}

/**
 * Port to the commands that came with an idempotency key. Units of work note what they commit for such a command in their
 * own transaction; the answer is added when there is one.
 */
export interface Requests {
  find(id: string): Promise<KnownRequest | null>;
  /**
   * Keeps the answer of a command, unless there is one: another replica that got the same command may have been first.
   * Resolves with the command as it is then, answered.
   *
   * @throws Problem 422 when another replica has meanwhile got another request with the same key.
   */
  conclude(id: string, request: AnsweredRequest): Promise<AnsweredRequest>;
}

/** A command that has its answer. */
export interface AnsweredRequest extends KnownRequest {
  readonly answer: Answer;
}

export function isAnswered(request: KnownRequest | null): request is AnsweredRequest {
  return request !== null && request.answer !== null;
}

/**
 * What is known of a command when a unit of work has committed more of it.
 *
 * @throws Problem 422 when another replica has meanwhile got another request with the same key.
 */
export function withProgress(
  found: KnownRequest | null,
  { fingerprint }: KeyedRequest,
  { correlationId, progress: now }: Pick<KnownRequest, "correlationId" | "progress">,
): KnownRequest {
  if (found !== null && found.fingerprint !== fingerprint) throw keyReused();
  const before = found ?? { fingerprint, correlationId, progress: NO_PROGRESS, answer: null };
  const { events, met, generatedBy, promptRef } = before.progress;
  return {
    ...before,
    progress: {
      // Another replica that got the same command may have committed some of them.
      events: unique([...events, ...now.events], ({ id }) => id),
      met: unique([...met, ...now.met], (each) => each),
      generatedBy: now.generatedBy ?? generatedBy,
      promptRef: now.promptRef ?? promptRef,
    },
  };
}

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
