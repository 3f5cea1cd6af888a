import { canonical } from "../canonical.ts";
import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "../chat-model.ts";

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
    return this.#find(request, options) ?? this.#keep(request, await this.#inner.generate(request, options));
  }

  /** What is kept comes in one piece; what is not read to its end is not kept. */
  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const found = this.#find(request, options);
    if (found === null) return this.#keep(request, yield* this.#inner.stream(request, options));
    yield found.text;
    return found;
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }

  #find(request: ChatRequest, { signal }: CallOptions): ChatResponse | null {
    const key = keyOf(request);
    if (key === null) return null;
    signal.throwIfAborted();
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    this.#kept.delete(key);
    if (kept.until <= this.#now()) return null;
    this.#kept.set(key, kept); // the newest now
    return { ...kept.response, usage: { input: 0, output: 0 } };
  }

  #keep(request: ChatRequest, response: ChatResponse): ChatResponse {
    const key = keyOf(request);
    if (key === null) return response;
    this.#kept.set(key, { until: this.#now() + (request.cacheSeconds ?? 0) * 1000, response });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return response;
  }
}

/** The question that is asked; null where its answer may not be kept. */
function keyOf(request: ChatRequest): string | null {
  const { cacheSeconds = 0, exampleOutput: _, ...question } = request;
  return cacheSeconds > 0 ? canonical(question) : null;
}
