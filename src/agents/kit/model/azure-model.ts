import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "./chat-model.ts";
import { wholeOf } from "./chat-stream.ts";
import { azureFailure, brokenOff } from "./azure-errors.ts";

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

  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    return wholeOf(this.stream(request, options));
  }

  async *stream(request: ChatRequest, { signal }: CallOptions): ChatStream {
    try {
      return yield* this.#ask(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw azureFailure(error, this.#settings);
    }
  }

  describe(): ModelDescription {
    const { endpoint, deployment } = this.#settings;
    return { mode: "live", generatedBy: "live", model: deployment, reason: `Azure OpenAI at ${endpoint}` };
  }

  async *#ask(request: ChatRequest, signal: AbortSignal): ChatStream {
    const client = await this.#client();
    const { deployment } = this.#settings;
    const parts = await client.chat.completions.create(bodyOf(request, deployment), { signal });
    let text = "";
    let reason: string | null = null;
    let usage: ChatResponse["usage"] = { input: null, output: null };
    for await (const part of parts) {
      const [choice] = part.choices;
      // What an asynchronous content filter says comes in a choice without a delta.
      const piece = choice?.delta?.content ?? "";
      if (piece !== "") {
        text += piece;
        yield piece;
      }
      reason = choice?.finish_reason ?? reason;
      if (part.usage) usage = { input: part.usage.prompt_tokens, output: part.usage.completion_tokens };
    }
    if (reason === "content_filter") throw azureFailure("content_filter", this.#settings);
    // The client's stream ends without a word also when it is aborted, or the connection was closed.
    if (reason === null) throw brokenOff(this.#settings);
    const finishReason = reason === "stop" || reason === "length" ? reason : "other";
    return { text, finishReason, usage, model: deployment, generatedBy: "live" };
  }

  /** Loaded with the first call: the client is large, and an agent may never ask. */
  async #client() {
    const { endpoint, deployment, apiVersion, apiKey } = this.#settings;
    const { AzureOpenAI } = await import("openai");
    const common = { endpoint, deployment, apiVersion, maxRetries: 0, logLevel: "off" as const };
    if (apiKey !== null) return new AzureOpenAI({ ...common, apiKey });
    if (this.#token === null) {
      const { DefaultAzureCredential, getBearerTokenProvider } = await import("@azure/identity");
      this.#token = getBearerTokenProvider(new DefaultAzureCredential(), SCOPE);
    }
    return new AzureOpenAI({ ...common, azureADTokenProvider: this.#token });
  }
}

function bodyOf(request: ChatRequest, deployment: string) {
  const { messages, temperature, seed, maxOutputTokens, outputSchema } = request;
  return {
    model: deployment,
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
  } as const;
}
