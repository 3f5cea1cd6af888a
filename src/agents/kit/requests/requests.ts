import type { EmittedEvent } from "../handling/context.ts";

/** How long the answer of a command is kept for its repetitions, in milliseconds: 7 days. */
export const ANSWER_KEPT_MS = 7 * 24 * 3_600_000;

/** A command that came with an idempotency key. */
export interface KeyedRequest {
  /** SHA-256 of the key: keys may be long, and databases compare text in their own ways. */
  readonly id: string;
  /** SHA-256 of what was asked: the same key must not stand for two different requests. */
  readonly fingerprint: string;
}

/** What a command was answered with. */
export interface Answer {
  readonly body: unknown;
  readonly etag: string | null;
}

/** What is known of a command from earlier. */
export interface KnownRequest {
  readonly fingerprint: string;
  readonly correlationId: string;
  /** What its units of work have emitted and committed. */
  readonly events: readonly EmittedEvent[];
  /** Null while it has none: it is being handled, or its process has died before it answered. */
  readonly answer: Answer | null;
}

/**
 * Port to the commands that came with an idempotency key. Units of work note what they commit for such a command in their
 * own transaction; the answer is added when there is one.
 */
export interface Requests {
  find(id: string): Promise<KnownRequest | null>;
  save(id: string, request: KnownRequest): Promise<void>;
}
