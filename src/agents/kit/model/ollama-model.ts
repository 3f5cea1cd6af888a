import type {
  CallOptions,
  ChatModel,
  ChatRequest,
  ChatResponse,
  ChatStream,
  ModelDescription,
} from "./chat-model.ts";
import { wholeOf } from "./chat-stream.ts";
import { httpFetch } from "./http-fetch.ts";
import { toUnavailable, truncated } from "./ollama-errors.ts";

/** Where the server is and which of its models is asked. */
interface OllamaSettings {
  readonly url: string;
  readonly model: string;
  readonly reason: string;
}

const DEFAULT_CONTEXT = 8192;
const LARGEST_CONTEXT = 131_072;
/** A prompt or an answer that does not fit into the context is an error, and nothing is cut off to make it fit. */
const WHOLE = { truncate: false, shift: false };
/** A token is hardly ever longer than this many characters. */
const CHARACTERS_PER_TOKEN = 8;

/** Ollama's own chat API, through its client. The answer is read as a stream, which alone can be aborted. */
export class OllamaModel implements ChatModel {
  readonly #settings: OllamaSettings;

  constructor(settings: OllamaSettings) {
    this.#settings = settings;
  }

  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    return wholeOf(this.stream(request, options));
  }

  async *stream(request: ChatRequest, options: CallOptions): ChatStream {
    try {
      return yield* this.#ask(request, options);
    } catch (error) {
      options.signal.throwIfAborted();
      throw toUnavailable(error, this.#settings);
    }
  }

  describe(): ModelDescription {
    const { model, reason } = this.#settings;
    return { mode: "live", generatedBy: "live", model, reason };
  }

  async *#ask(request: ChatRequest, { signal, connected = () => {} }: CallOptions): ChatStream {
    const { url, model } = this.#settings;
    const { Ollama } = await import("ollama");
    const client = new Ollama({
      host: url,
      // The client takes no signal of its own.
      fetch: (input, init) =>
        httpFetch(typeof input === "string" ? input : "url" in input ? input.url : input.href, init ?? {}, {
          signal,
          connected,
        }),
    });
    const { seed, temperature, maxOutputTokens, outputSchema } = request;
    const parts = await client.chat({
      ...WHOLE,
      model,
      stream: true,
      messages: withSchema(request),
      ...(outputSchema === undefined ? {} : { format: outputSchema }),
      options: {
        num_ctx: contextFor(request),
        temperature: temperature ?? 0,
        ...(seed === undefined ? {} : { seed }),
        ...(maxOutputTokens === undefined ? {} : { num_predict: maxOutputTokens }),
        ...request.overrides?.["ollama"],
      },
    });
    let text = "";
    let reason = "other";
    let usage: ChatResponse["usage"] = { input: null, output: null };
    for await (const part of parts) {
      const piece = part.message.content;
      if (piece !== "") {
        text += piece;
        yield piece;
      }
      if (!part.done) continue;
      reason = part.done_reason;
      usage = { input: part.prompt_eval_count, output: part.eval_count };
    }
    this.#refuseTruncated(request, usage);
    const finishReason = reason === "stop" || reason === "length" ? reason : "other";
    return { text, finishReason, usage, model, generatedBy: "live" };
  }

  /** An Ollama before 0.12.6 does not know `truncate`: it cuts the front of the prompt off, silently and with status 200. */
  #refuseTruncated(request: ChatRequest, { input }: ChatResponse["usage"]): void {
    const least = characters(request) / CHARACTERS_PER_TOKEN;
    if (input === null || least < 1000 || input >= least) return;
    throw truncated(
      `${this.#settings.model} has read ${input} tokens of a prompt that has at least ${Math.round(least)}: its beginning was cut off.`,
    );
  }
}

function characters({ messages }: ChatRequest): number {
  return messages.reduce((sum, message) => sum + message.content.length, 0);
}

/** Room for the prompt, counted generously, and the answer; Ollama's own default cuts prompts. */
function contextFor(request: ChatRequest): number {
  const wanted = characters(request) / 2 + (request.maxOutputTokens ?? 2048);
  return Math.min(Math.max(DEFAULT_CONTEXT, 2 ** Math.ceil(Math.log2(wanted))), LARGEST_CONTEXT);
}

/** Small models follow a schema better when they have also read it. */
function withSchema({ messages, outputSchema }: ChatRequest): { role: string; content: string }[] {
  const plain = messages.map(({ role, content }) => ({ role, content }));
  if (outputSchema === undefined) return plain;
  const content = `Answer with JSON alone, fitting this JSON Schema: ${JSON.stringify(outputSchema)}`;
  return [{ role: "system", content }, ...plain];
}
