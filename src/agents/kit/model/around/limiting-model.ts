import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
  ModelUnavailable,
} from "../chat-model.ts";
import { wholeOf } from "../chat-stream.ts";
import { Deadlines } from "./deadlines.ts";
import type { Limits } from "./deadlines.ts";

/** Gives a call up that takes too long. An answer is timed piece by piece, also where only the whole of it is wanted. */
export class LimitingModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #limits: Limits;
  readonly #unreachable: ((why: string) => ModelUnavailable) | null;

  /** @param unreachable What it means that nobody takes the connection; null where the model cannot see when somebody does. */
  constructor(inner: ChatModel, limits: Limits, unreachable: ((why: string) => ModelUnavailable) | null) {
    this.#inner = inner;
    this.#limits = limits;
    this.#unreachable = unreachable;
  }

  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    return wholeOf(this.stream(request, options));
  }

  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const deadlines = new Deadlines(options.signal, this.#limits, this.#unreachable);
    const { signal } = deadlines;
    try {
      await using pieces = this.#inner.stream(request, { signal, connected: () => deadlines.connected() });
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return value;
        deadlines.came();
        yield value;
        deadlines.awaited();
      }
    } finally {
      deadlines.end();
    }
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }
}
