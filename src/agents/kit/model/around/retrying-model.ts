import { setTimeout } from "node:timers/promises";
import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "../chat-model.ts";
import { ModelUnavailable } from "../chat-model.ts";
import type { ModelUnavailableReason } from "../chat-model.ts";

/**
 * What may be over in a moment. A time-out is not: whoever waited for it does not want to wait again. Nor is an Ollama that
 * does not listen: it is on this machine, or somebody has to start it.
 */
const PASSING: readonly ModelUnavailableReason[] = ["overloaded", "azure-unreachable"];

export interface RetryPolicy {
  /** Attempts after the first. */
  readonly retries: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Tries again, later each time, or when the provider says so. The only place that does: clients underneath try once. */
export class RetryingModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #policy: RetryPolicy;

  constructor(inner: ChatModel, policy: RetryPolicy) {
    this.#inner = inner;
    this.#policy = policy;
  }

  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    return this.#trying(options, () => this.#inner.generate(request, options));
  }

  /** Tried again until the first piece has come; what is out cannot be taken back. */
  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const { pieces, first } = await this.#trying(options, async () => {
      const stream = this.#inner.stream(request, options);
      return { pieces: stream, first: await stream.next() };
    });
    await using rest = pieces;
    if (first.done) return first.value;
    yield first.value;
    return yield* rest;
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }

  async #trying<Answer>({ signal }: CallOptions, ask: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await ask();
      } catch (error) {
        const delay = this.#delayAfter(error, attempt);
        if (delay === null) throw error;
        await setTimeout(delay, undefined, { signal });
      }
    }
  }

  /** Null: not to be tried again. */
  #delayAfter(error: unknown, attempt: number): number | null {
    const { retries, firstDelayMs, longestDelayMs, random } = this.#policy;
    if (!(error instanceof ModelUnavailable) || !PASSING.includes(error.reason) || attempt >= retries)
      return null;
    if (error.retryAfterMs !== null) return error.retryAfterMs <= longestDelayMs ? error.retryAfterMs : null;
    // Full jitter: those who failed together do not come again together.
    return Math.min(longestDelayMs, firstDelayMs * 2 ** attempt) * (0.5 + random() / 2);
  }
}
