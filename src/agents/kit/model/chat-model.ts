import type { ModelUsage } from "./around/usage.ts";

/** A JSON Schema (2020-12) as data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Who made an output: a live model, a recording of one, or the built-in sample model. */
export type GeneratedBy = "live" | "cassette" | "sample";

/** One message of a conversation. Roles come from the prompt file alone, never from a value. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What is asked of a model. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** The shape that the answer must have; left out, the answer is free text. */
  readonly outputSchema?: JsonSchema;
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly seed?: number;
  /** Settings that one provider alone knows, keyed by its name, e.g. `{ ollama: { num_ctx: 8192 } }`. */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** `name@version+hash` of the prompt that the messages were rendered from. */
  readonly promptRef?: string;
  /** How long an equal request may be answered with the same answer; left out, never. */
  readonly cacheSeconds?: number;
  /** An output that the prompt file gives for exactly this input. The sample model answers with it. */
  readonly exampleOutput?: unknown;
}

/** What a model answered. */
export interface ChatResponse {
  readonly text: string;
  readonly finishReason: "stop" | "length" | "other";
  readonly usage: { readonly input: number | null; readonly output: number | null };
  readonly model: string | null;
  readonly generatedBy: GeneratedBy;
}

/** What a model is, for health and logs. */
export interface ModelDescription {
  readonly mode: "live" | "record" | "replay" | "sample";
  readonly generatedBy: GeneratedBy;
  /** Name of the model; null for the sample model. */
  readonly model: string | null;
  /** Why this one is used. */
  readonly reason: string;
  /** What was used since the process started, where that is counted. */
  readonly usage?: ModelUsage;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Told when the server has taken the connection, by a model that can see that. */
  readonly connected?: () => void;
}

/** An answer piece by piece. Read to its end, it returns the whole, with what was used for it. */
export type ChatStream = AsyncGenerator<string, ChatResponse, void>;

/** Port to a language model. */
export interface ChatModel {
  /** @throws ModelUnavailable when no model can be asked: unreachable, missing, overloaded, timed out or refused. */
  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse>;
  /**
   * The answer while it is made: the model is asked when reading begins, and left alone when reading ends before the answer.
   *
   * @throws ModelUnavailable as `generate` does, from the reading.
   */
  stream(request: ChatRequest, options: CallOptions): ChatStream;
  describe(): ModelDescription;
}

/** Why a model cannot answer. */
export type ModelUnavailableReason =
  | "ollama-unreachable"
  | "azure-unreachable"
  | "not-permitted"
  | "content-filtered"
  | "circuit-open"
  | "cassette-missing"
  | "model-missing"
  | "overloaded"
  | "timeout"
  | "context-truncated"
  | "model-error";

/** No model can answer right now. The message says which one, and the hint what to do about it. */
export class ModelUnavailable extends Error {
  override readonly name = "ModelUnavailable";
  readonly reason: ModelUnavailableReason;
  readonly hint: string;
  /** How long the provider asks to be left alone, in ms; null where it says nothing. */
  readonly retryAfterMs: number | null;

  constructor(
    reason: ModelUnavailableReason,
    message: string,
    hint: string,
    cause?: unknown,
    retryAfterMs: number | null = null,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.hint = hint;
    this.retryAfterMs = retryAfterMs;
  }
}

/** One thing that is wrong with a model's output. */
export interface OutputIssue {
  /** JSON Pointer into the output; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** The model's output does not fit the prompt's schema, also after one round of repair. The raw text is kept. */
export class OutputInvalid extends Error {
  override readonly name = "OutputInvalid";
  readonly raw: string;
  readonly issues: readonly OutputIssue[];
  readonly promptRef: string;

  constructor(promptRef: string, raw: string, issues: readonly OutputIssue[]) {
    const first = issues[0];
    super(
      `The model's output for ${promptRef} does not fit its schema` +
        (first === undefined ? "." : `: ${first.path === "" ? "the output" : first.path} ${first.message}.`),
    );
    this.promptRef = promptRef;
    this.raw = raw;
    this.issues = issues;
  }
}
