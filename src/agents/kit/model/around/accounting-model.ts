import type { Logger } from "../../log/logger.ts";
import type { CallOptions, ChatModel, ChatRequest, ChatResponse, ModelDescription } from "../chat-model.ts";
import type { ModelUsage, PriceTable } from "./usage.ts";
import { costOf } from "./usage.ts";

interface Accounting {
  readonly prices: PriceTable;
  readonly log: Logger;
  /** Milliseconds on a clock that does not jump. */
  readonly now: () => number;
  /** Told of what each answer costs. */
  readonly spent?: (cost: number, model: string | null) => void;
}

/** Counts calls, tokens and cost, and says each call in the log. */
export class AccountingModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #accounting: Accounting;
  #used: ModelUsage = { calls: 0, failures: 0, inputTokens: 0, outputTokens: 0, cost: null };

  constructor(inner: ChatModel, accounting: Accounting) {
    this.#inner = inner;
    this.#accounting = accounting;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    const { now, log } = this.#accounting;
    const began = now();
    const prompt = request.promptRef ?? null;
    try {
      const response = await this.#inner.generate(request, options);
      const cost = this.#count(response);
      const { model, generatedBy, usage } = response;
      const ms = Math.round(now() - began);
      const tokens = { inputTokens: usage.input, outputTokens: usage.output };
      log.debug("a model has answered", { prompt, model, generatedBy, ms, ...tokens, cost });
      return response;
    } catch (error) {
      this.#used = { ...this.#used, calls: this.#used.calls + 1, failures: this.#used.failures + 1 };
      const reason = error instanceof Error ? error.message : String(error);
      log.debug("a model has not answered", { prompt, ms: Math.round(now() - began), reason });
      throw error;
    }
  }

  stream(request: ChatRequest, options: CallOptions): AsyncIterable<string> {
    return this.#inner.stream(request, options);
  }

  describe(): ModelDescription {
    return { ...this.#inner.describe(), usage: this.#used };
  }

  #count({ model, usage }: ChatResponse): number | null {
    const cost = costOf(model, usage, this.#accounting.prices);
    if (cost !== null) this.#accounting.spent?.(cost, model);
    const before = this.#used;
    this.#used = {
      ...before,
      calls: before.calls + 1,
      inputTokens: before.inputTokens + (usage.input ?? 0),
      outputTokens: before.outputTokens + (usage.output ?? 0),
      cost: cost === null ? before.cost : (before.cost ?? 0) + cost,
    };
    return cost;
  }
}
