import { canonical } from "../canonical.ts";
import type { CallOptions, ChatModel, ChatRequest, ChatResponse, ModelDescription } from "../chat-model.ts";

/** Answers kept at most; the one that was used longest ago goes first. */
const MOST = 500;

/** Answers an equal request with the same answer for as long as its prompt allows (`cache.ttlSeconds`). In memory. */
export class CachingModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #now: () => number;
  readonly #kept = new Map<string, { readonly until: number; readonly response: ChatResponse }>();

  constructor(inner: ChatModel, now: () => number) {
    this.#inner = inner;
    this.#now = now;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    const { cacheSeconds = 0, exampleOutput: _, ...question } = request;
    if (cacheSeconds <= 0) return await this.#inner.generate(request, options);
    options.signal.throwIfAborted();
    const key = canonical(question);
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept !== undefined && kept.until > this.#now()) {
      this.#kept.set(key, kept); // the newest now
      return { ...kept.response, usage: { input: 0, output: 0 } };
    }
    const response = await this.#inner.generate(request, options);
    this.#kept.set(key, { until: this.#now() + cacheSeconds * 1000, response });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return response;
  }

  stream(request: ChatRequest, options: CallOptions): AsyncIterable<string> {
    return this.#inner.stream(request, options);
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }
}
