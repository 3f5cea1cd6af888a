import type { CallOptions, ChatModel, ChatRequest, ChatResponse, ModelDescription } from "./chat-model.ts";
import { azureFailure } from "./azure-errors.ts";
import { Deadlines, LIMITS } from "./deadlines.ts";

/** Which deployment of Azure OpenAI is asked, and as whom. */
export interface AzureSettings {
  /** `https://<resource>.openai.azure.com` */
  readonly endpoint: string;
  readonly deployment: string;
  readonly apiVersion: string;
  /** Null: a Microsoft Entra token of whoever runs the agent (managed identity, workload identity, Azure CLI …). */
  readonly apiKey: string | null;
}

const SCOPE = "https://cognitiveservices.azure.com/.default";

/** Azure OpenAI's chat completions, through the official client. It tries once and sets no limits of its own: we do. */
export class AzureModel implements ChatModel {
  readonly #settings: AzureSettings;
  #token: (() => Promise<string>) | null = null;

  constructor(settings: AzureSettings) {
    this.#settings = settings;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    const end: End = { reason: "other", input: null, output: null };
    let text = "";
    for await (const piece of this.#pieces(request, options, end)) text += piece;
    return {
      text,
      finishReason: end.reason,
      usage: { input: end.input, output: end.output },
      model: this.#settings.deployment,
      generatedBy: "live",
    };
  }

  stream(request: ChatRequest, options: CallOptions): AsyncIterable<string> {
    return this.#pieces(request, options, { reason: "other", input: null, output: null });
  }

  describe(): ModelDescription {
    const { endpoint, deployment } = this.#settings;
    return { mode: "live", generatedBy: "live", model: deployment, reason: `Azure OpenAI at ${endpoint}` };
  }

  async *#pieces(request: ChatRequest, { signal }: CallOptions, end: End): AsyncGenerator<string> {
    const deadlines = new Deadlines(signal, LIMITS, null);
    try {
      const client = await this.#client();
      const { temperature, maxOutputTokens, seed, outputSchema, messages } = request;
      const parts = await client.chat.completions.create(
        {
          model: this.#settings.deployment,
          messages: messages.map(({ role, content }) => ({ role, content })),
          stream: true,
          stream_options: { include_usage: true },
          ...(temperature === undefined ? {} : { temperature }),
          ...(seed === undefined ? {} : { seed }),
          ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
          ...(outputSchema === undefined
            ? {}
            : {
                response_format: {
                  type: "json_schema" as const,
                  json_schema: { name: "output", strict: true, schema: { ...outputSchema } },
                },
              }),
          ...request.overrides?.["azure"],
        },
        { signal: deadlines.signal, maxRetries: 0 },
      );
      for await (const part of parts) {
        deadlines.progress();
        const [choice] = part.choices;
        if (typeof choice?.delta.content === "string" && choice.delta.content !== "")
          yield choice.delta.content;
        if (choice?.finish_reason === "content_filter") throw azureFailure("content_filter", this.#settings);
        if (choice?.finish_reason === "stop" || choice?.finish_reason === "length")
          end.reason = choice.finish_reason;
        if (part.usage) {
          end.input = part.usage.prompt_tokens;
          end.output = part.usage.completion_tokens;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw deadlines.passed ?? azureFailure(error, this.#settings);
    } finally {
      deadlines.end();
    }
  }

  /** Loaded with the first call: the client is large, and an agent may never ask. */
  async #client() {
    const { endpoint, deployment, apiVersion, apiKey } = this.#settings;
    const { AzureOpenAI } = await import("openai");
    const common = { endpoint, deployment, apiVersion, maxRetries: 0 };
    if (apiKey !== null) return new AzureOpenAI({ ...common, apiKey });
    if (this.#token === null) {
      const { DefaultAzureCredential, getBearerTokenProvider } = await import("@azure/identity");
      this.#token = getBearerTokenProvider(new DefaultAzureCredential(), SCOPE);
    }
    return new AzureOpenAI({ ...common, azureADTokenProvider: this.#token });
  }
}

interface End {
  reason: ChatResponse["finishReason"];
  input: number | null;
  output: number | null;
}
