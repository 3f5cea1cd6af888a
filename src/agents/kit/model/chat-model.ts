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
  /** From 0 (the likeliest words) upwards; the provider's own default where it is left out. */
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly seed?: number;
  /** Settings that only one provider knows, keyed by its name, e.g. `{ ollama: { num_ctx: 8192 } }`. */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** `name@version+hash` of the prompt that the messages were rendered from. */
  readonly promptRef?: string;
  /** For how many seconds an equal request may get the same answer; left out, each is asked. */
  readonly cacheSeconds?: number;
  /** An output that the prompt file gives for exactly this input. The sample model answers with it. */
  readonly exampleOutput?: unknown;
}

/** What a model answered. */
export interface ChatResponse {
  readonly text: string;
  /** `length`: the answer was cut off, at `maxOutputTokens` or at a limit of the model. */
  readonly finishReason: "stop" | "length" | "other";
  /** Tokens; null where the provider does not say. */
  readonly usage: { readonly input: number | null; readonly output: number | null };
  /** Name of the model that answered; null for the sample model. */
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

/** What a single call of a model takes beside the request. */
export interface CallOptions {
  /** Aborts the call, and stops the model: a caller that has gone needs no answer. */
  readonly signal: AbortSignal;
  /** Called once the server has accepted the connection, by models that can tell. */
  readonly connected?: () => void;
}

/** An answer piece by piece. Read to its end, it returns the whole, with what was used for it. */
export type ChatStream = AsyncGenerator<string, ChatResponse, void>;

/** Port to a language model. */
export interface ChatModel {
  /** @throws ModelUnavailable when no model can be asked: unreachable, missing, overloaded, timed out or refused. */
  generate(request: ChatRequest, options: CallOptions): Promise<ChatResponse>;
  /**
   * The answer while it is being made. The model is asked when reading begins, and stopped when reading ends early.
   *
   * @throws ModelUnavailable as `generate` does, while it is read.
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
  /** What to do about it, in one sentence. */
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

/** The model's output does not fit the prompt's schema, even after one round of repair. */
export class OutputInvalid extends Error {
  override readonly name = "OutputInvalid";
  /** What the model answered last, as it came. */
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
