import type { Logger } from "../../log/logger.ts";
import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "../chat-model.ts";
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

/** What became of a call. What an answer has cost that nobody has read to its end is not known. */
type Outcome =
  | { readonly at: "answered"; readonly response: ChatResponse }
  | { readonly at: "failed"; readonly error: unknown }
  | { readonly at: "left" };

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
    const count = this.#begin(request);
    try {
      const response = await this.#inner.generate(request, options);
      count({ at: "answered", response });
      return response;
    } catch (error) {
      count({ at: "failed", error });
      throw error;
    }
  }

  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const count = this.#begin(request);
    let outcome: Outcome = { at: "left" };
    try {
      const response = yield* this.#inner.stream(request, options);
      outcome = { at: "answered", response };
      return response;
    } catch (error) {
      outcome = { at: "failed", error };
      throw error;
    } finally {
      count(outcome);
    }
  }

  describe(): ModelDescription {
    return { ...this.#inner.describe(), usage: this.#used };
  }

  #begin(request: ChatRequest): (outcome: Outcome) => void {
    const { now, log } = this.#accounting;
    const began = now();
    return (outcome) => {
      this.#used = { ...this.#used, calls: this.#used.calls + 1 };
      const call = { prompt: request.promptRef ?? null, ms: Math.round(now() - began) };
      switch (outcome.at) {
        case "answered": {
          const { model, generatedBy, usage } = outcome.response;
          const cost = this.#count(outcome.response);
          const tokens = { inputTokens: usage.input, outputTokens: usage.output };
          log.debug("a model has answered", { ...call, model, generatedBy, ...tokens, cost });
          return;
        }
        case "failed": {
          const { error } = outcome;
          this.#used = { ...this.#used, failures: this.#used.failures + 1 };
          const reason = error instanceof Error ? error.message : String(error);
          log.debug("a model has not answered", { ...call, reason });
          return;
        }
        case "left":
          log.debug("a model's answer was not read to its end", call);
          return;
        default:
          outcome satisfies never;
      }
    };
  }

  #count({ model, usage }: ChatResponse): number | null {
    const cost = costOf(model, usage, this.#accounting.prices);
    if (cost !== null) this.#accounting.spent?.(cost, model);
    const before = this.#used;
    this.#used = {
      ...before,
      inputTokens: before.inputTokens + (usage.input ?? 0),
      outputTokens: before.outputTokens + (usage.output ?? 0),
      cost: cost === null ? before.cost : (before.cost ?? 0) + cost,
    };
    return cost;
  }
}
