import type { CallOptions, ChatModel, ChatRequest, ChatResponse, ModelDescription } from "./chat-model.ts";
import { Deadlines, LIMITS } from "./deadlines.ts";
import type { Limits } from "./deadlines.ts";
import { httpFetch } from "./http-fetch.ts";
import { toUnavailable, truncated, unreachable } from "./ollama-errors.ts";

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
  readonly #limits: Limits;

  constructor(settings: OllamaSettings, limits: Limits = LIMITS) {
    this.#settings = settings;
    this.#limits = limits;
  }

  async generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse> {
    const { model } = this.#settings;
    const end: End = { reason: "other", input: null, output: null };
    let text = "";
    for await (const piece of this.#pieces(request, options, end)) text += piece;
    this.#refuseTruncated(request, end);
    const finishReason = end.reason === "stop" || end.reason === "length" ? end.reason : "other";
    return {
      text,
      finishReason,
      usage: { input: end.input, output: end.output },
      model,
      generatedBy: "live",
    };
  }

  stream(request: ChatRequest, options: CallOptions): AsyncIterable<string> {
    return this.#pieces(request, options, { reason: "other", input: null, output: null });
  }

  describe(): ModelDescription {
    const { model, reason } = this.#settings;
    return { mode: "live", generatedBy: "live", model, reason };
  }

  async *#pieces(request: ChatRequest, { signal }: CallOptions, end: End): AsyncGenerator<string> {
    const { url, model } = this.#settings;
    const deadlines = new Deadlines(signal, this.#limits, (why) => unreachable(this.#settings.url, why));
    try {
      const { Ollama } = await import("ollama");
      const client = new Ollama({
        host: url,
        // The client takes no signal of its own.
        fetch: (input, init) =>
          httpFetch(typeof input === "string" ? input : "url" in input ? input.url : input.href, init ?? {}, {
            signal: deadlines.signal,
            connected: () => deadlines.connected(),
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
      for await (const part of parts) {
        deadlines.progress();
        if (part.message.content !== "") yield part.message.content;
        if (!part.done) continue;
        end.reason = part.done_reason;
        end.input = part.prompt_eval_count;
        end.output = part.eval_count;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw deadlines.passed ?? toUnavailable(error, this.#settings);
    } finally {
      deadlines.end();
    }
  }

  /** An Ollama before 0.12.6 does not know `truncate`: it cuts the front of the prompt off, silently and with status 200. */
  #refuseTruncated(request: ChatRequest, { input }: End): void {
    const least = characters(request) / CHARACTERS_PER_TOKEN;
    if (input === null || least < 1000 || input >= least) return;
    throw truncated(
      `${this.#settings.model} has read ${input} tokens of a prompt that has at least ${Math.round(least)}: its beginning was cut off.`,
    );
  }
}

interface End {
  reason: string;
  input: number | null;
  output: number | null;
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
