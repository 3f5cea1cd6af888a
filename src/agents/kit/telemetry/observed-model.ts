import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
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

  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    return this.#observe(request, {}, () => this.#inner.generate(request, options));
  }

  /** Its span lasts until whoever reads has read all, or has had enough. */
  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    const { promise: answer, resolve, reject } = Promise.withResolvers<ChatResponse | null>();
    answer.catch(() => undefined); // it may fail before telemetry is there to look at it
    const observed = this.#observe(request, { "gen_ai.request.stream": true }, () => answer);
    try {
      const response = yield* this.#inner.stream(request, options);
      resolve(response);
      return response;
    } catch (error) {
      reject(error);
      throw error;
    } finally {
      resolve(null); // nobody reads on
      await observed.catch(() => undefined); // whoever reads has it
    }
  }

  describe(): ModelDescription {
    return this.#inner.describe();
  }

  /** @param ask The answer; null where nobody has read it to its end. */
  async #observe<Answer extends ChatResponse | null>(
    request: ChatRequest,
    more: Attributes,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const { telemetry, metrics, provider, capturesContent } = this.#options;
    const began = performance.now();
    const asked = { provider: provider.name, requested: this.#model() };
    const count = (response: ChatResponse | null, error: string | null): void => {
      const usage = response?.usage ?? { input: null, output: null };
      const call = { ...asked, answered: response?.model ?? null };
      metrics.answer((performance.now() - began) / 1000, call, usage, error);
    };
    return await telemetry.trace(
      () => this.#start(request, more),
      async (span) => {
        try {
          const response = await ask();
          count(response, null);
          if (response === null) return response;
          span.set({ ...answered(response), ...(capturesContent ? answeredContent(response) : {}) });
          return response;
        } catch (error) {
          const type = typeOf(error);
          count(null, type);
          span.fail(type, error);
          throw error;
        }
      },
    );
  }

  #model(): string {
    return this.#inner.describe().model ?? this.#options.provider.name;
  }

  #start(request: ChatRequest, more: Attributes): SpanStart {
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
