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

/** What says that the provider is not well. What it refuses for its content says nothing about that. */
const UNWELL: readonly ModelUnavailableReason[] = [
  "ollama-unreachable",
  "azure-unreachable",
  "overloaded",
  "timeout",
  "model-error",
];

type Circuit =
  | { readonly at: "closed"; readonly failures: number }
  | { readonly at: "open"; readonly until: number; readonly because: string }
  /** One call is let through; its outcome decides. */
  | { readonly at: "half-open" };

interface BreakerSettings {
  /** Failures in a row that open it. */
  readonly threshold: number;
  readonly openMs: number;
  /** Milliseconds on a clock that does not jump. */
  readonly now: () => number;
}

/** Stops asking a provider that fails again and again, for a while: callers are told at once instead of after a time-out. */
export class CircuitBreakerModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #settings: BreakerSettings;
  #circuit: Circuit = { at: "closed", failures: 0 };

  constructor(inner: ChatModel, settings: BreakerSettings) {
    this.#inner = inner;
    this.#settings = settings;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    this.#enter();
    try {
      const response = await this.#inner.generate(request, options);
      this.#circuit = { at: "closed", failures: 0 };
      return response;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    this.#enter();
    let failure: unknown = null;
    try {
      return yield* this.#inner.stream(request, options);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // Whoever reads no further has read something: the provider answers.
      if (failure === null) this.#circuit = { at: "closed", failures: 0 };
      else this.#fail(failure);
    }
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }

  #enter(): void {
    const circuit = this.#circuit;
    if (circuit.at === "closed") return;
    const left = circuit.at === "open" ? circuit.until - this.#settings.now() : 0;
    if (circuit.at === "open" && left <= 0) {
      this.#circuit = { at: "half-open" };
      return;
    }
    const because = circuit.at === "open" ? circuit.because : "one call is trying whether it answers again";
    throw new ModelUnavailable(
      "circuit-open",
      `The model is not asked for now: ${because}`,
      `Try again in ${Math.max(1, Math.ceil(left / 1000))} s.`,
      undefined,
      Math.max(0, left),
    );
  }

  #fail(error: unknown): void {
    const circuit = this.#circuit;
    if (!(error instanceof ModelUnavailable) || !UNWELL.includes(error.reason)) {
      // It was interrupted, or refused this one request: the trial goes to the next caller.
      if (circuit.at === "half-open")
        this.#circuit = { at: "open", until: this.#settings.now(), because: "" };
      return;
    }
    const failures = circuit.at === "closed" ? circuit.failures + 1 : this.#settings.threshold;
    this.#circuit =
      failures < this.#settings.threshold
        ? { at: "closed", failures }
        : { at: "open", until: this.#settings.now() + this.#settings.openMs, because: error.message };
  }
}
