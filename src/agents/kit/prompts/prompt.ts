import type { PromptAssertion } from "./assertion.ts";
import type { ChatMessage, JsonSchema } from "../model/chat-model.ts";

/** A prompt file that was read, checked and is ready to be rendered. Never changes; a new version is a new object. */
export interface Prompt {
  readonly name: string;
  readonly version: string;
  /** `name@version+` and the first 12 hex digits of the file's SHA-256. */
  readonly ref: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** Path of the file, or its place in a repository. */
  readonly file: string;
  readonly model: PromptModelSettings;
  /** Schema of the values. */
  readonly input: JsonSchema;
  /** Schema of the answer; null: free text. */
  readonly output: JsonSchema | null;
  /** For how many seconds equal requests may get the same answer; null: each is asked. */
  readonly cacheSeconds: number | null;
  readonly examples: readonly PromptExample[];
  readonly tests: readonly PromptTest[];
  /** The messages for these values. @throws PromptInputInvalid */
  render(input: Readonly<Record<string, unknown>>): readonly ChatMessage[];
  /** What is wrong with an output; empty when it fits the prompt's schema. */
  check(output: unknown): readonly { readonly path: string; readonly message: string }[];
}

/** What a prompt file asks of the model. */
export interface PromptModelSettings {
  readonly options: {
    readonly temperature?: number;
    readonly maxOutputTokens?: number;
    readonly seed?: number;
  };
  /** Settings that only one provider knows, by its name. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** An input and the output that it should lead to. */
export interface PromptExample {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** An input, and what is expected of the output; run by `agents prompts test`. */
export interface PromptTest {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly assert: readonly PromptAssertion[];
}

/** The state of one prompt file; `name` is that of the file without its extension, e.g. `greet` or `greet@1.2.0`. */
export type PromptStatus =
  | { readonly at: "ready"; readonly file: string; readonly name: string; readonly ref: string }
  /** The file is broken; `ref` is the last good version that is still used, or null when there is none. */
  | {
      readonly at: "broken";
      readonly file: string;
      readonly name: string;
      readonly ref: string | null;
      readonly problem: string;
    };

/** The agent's prompts. They are read on first use; a saved file is used by the next call. */
export interface PromptRegistry {
  /**
   * Finds a prompt by `name`, which is its highest stable version, or by a version (`name@1.2.0`), a range (`name@^2`) or a
   * label (`name@canary`).
   *
   * @throws PromptNotFound when there is no such prompt or version, or none of it was ever valid.
   */
  get(name: string): Promise<Prompt>;
  /** The state of each file. */
  list(): Promise<readonly PromptStatus[]>;
}

/** There is no prompt of that name, or its file is broken and no good version of it was ever read. */
export class PromptNotFound extends Error {
  override readonly name = "PromptNotFound";
}

/** The values do not fit the prompt's input schema: a mistake in the agent's own code. */
export class PromptInputInvalid extends Error {
  override readonly name = "PromptInputInvalid";
}
