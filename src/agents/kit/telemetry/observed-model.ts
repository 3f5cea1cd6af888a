import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ModelDescription,
} from "../model/chat-model.ts";
import { ModelUnavailable } from "../model/chat-model.ts";
import type { Observing } from "./open-telemetry.ts";
import { promptAttributes } from "./prompt-attributes.ts";
import { errorType } from "./telemetry.ts";
import type { Attributes, SpanStart } from "./telemetry.ts";

/** Who answers, as the conventions for generative AI name it. */
export interface ModelProvider {
  /** `azure.ai.openai`, `ollama`, or `sample`, which is none. */
  readonly name: string;
  /** Where it is; null for what is not reached over a network. */
  readonly url: string | null;
}

interface ObservedModelOptions extends Pick<Observing, "telemetry" | "metrics" | "capturesContent"> {
  readonly provider: ModelProvider;
}

/**
 * Counts the calls of a model and traces each as a span of a client. Attributes are those of semantic-conventions-genai as
 * they were when they left semantic-conventions (1.42); what is asked and answered is in them only where that was asked for.
 */
export class ObservedModel implements ChatModel {
  readonly #inner: ChatModel;
  readonly #options: ObservedModelOptions;

  constructor(inner: ChatModel, options: ObservedModelOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    const { telemetry, metrics, provider, capturesContent } = this.#options;
    const began = performance.now();
    const asked = { provider: provider.name, requested: this.#model() };
    const seconds = (): number => (performance.now() - began) / 1000;
    return await telemetry.trace(
      () => this.#start(request),
      async (span) => {
        try {
          const response = await this.#inner.generate(request, options);
          metrics.answer(seconds(), { ...asked, answered: response.model }, response.usage, null);
          span.set({ ...answered(response), ...(capturesContent ? answeredContent(response) : {}) });
          return response;
        } catch (error) {
          const type = typeOf(error);
          metrics.answer(seconds(), { ...asked, answered: null }, { input: null, output: null }, type);
          span.fail(type, error);
          throw error;
        }
      },
    );
  }

  /** Its span lasts until whoever reads has read all, or has had enough. */
  async *stream(request: ChatRequest, options: CallOptions): AsyncIterable<string> {
    const { telemetry, metrics, provider } = this.#options;
    const began = performance.now();
    const { promise: read, resolve, reject } = Promise.withResolvers<void>();
    const traced = telemetry.trace(
      () => this.#start(request, { "gen_ai.request.stream": true }),
      () => read,
    );
    let error: string | null = null;
    try {
      yield* this.#inner.stream(request, options);
    } catch (thrown) {
      error = typeOf(thrown);
      reject(thrown);
      throw thrown;
    } finally {
      resolve();
      await traced.catch(() => undefined); // whoever reads has it
      const asked = { provider: provider.name, requested: this.#model(), answered: null };
      metrics.answer((performance.now() - began) / 1000, asked, { input: null, output: null }, error);
    }
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }

  #model(): string {
    return this.#inner.describe().model ?? this.#options.provider.name;
  }

  #start(request: ChatRequest, more: Attributes = {}): SpanStart {
    const { provider, capturesContent } = this.#options;
    const { mode } = this.#inner.describe();
    const model = this.#model();
    const server = provider.url === null || !URL.canParse(provider.url) ? null : new URL(provider.url);
    return {
      name: `chat ${model}`,
      kind: "client",
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider.name,
        "gen_ai.request.model": model,
        "gen_ai.request.temperature": request.temperature,
        "gen_ai.request.max_tokens": request.maxOutputTokens,
        "gen_ai.request.seed": request.seed,
        "gen_ai.output.type": request.outputSchema === undefined ? "text" : "json",
        "server.address": server?.hostname,
        "server.port": server === null ? null : portOf(server),
        "agents.llm.mode": mode,
        ...more,
        ...promptAttributes(request.promptRef ?? null),
        ...(capturesContent ? askedContent(request) : {}),
      },
    };
  }
}

function typeOf(error: unknown): string {
  return error instanceof ModelUnavailable ? error.reason : errorType(error);
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function answered({ model, finishReason, usage, generatedBy }: ChatResponse): Attributes {
  return {
    "gen_ai.response.model": model,
    "gen_ai.response.finish_reasons": [finishReason],
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.output_tokens": usage.output,
    "agents.llm.generated_by": generatedBy,
  };
}

/** Messages as the conventions write them: roles with parts, as JSON. */
function askedContent({ messages }: ChatRequest): Attributes {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => textPart(content));
  const rest = messages
    .filter(({ role }) => role !== "system")
    .map(({ role, content }) => ({ role, parts: [textPart(content)] }));
  return {
    "gen_ai.system_instructions": system.length === 0 ? null : JSON.stringify(system),
    "gen_ai.input.messages": JSON.stringify(rest),
  };
}

function answeredContent({ text, finishReason }: ChatResponse): Attributes {
  const message = { role: "assistant", parts: [textPart(text)], finish_reason: finishReason };
  return { "gen_ai.output.messages": JSON.stringify([message]) };
}

function textPart(content: string): { readonly type: "text"; readonly content: string } {
  return { type: "text", content };
}
