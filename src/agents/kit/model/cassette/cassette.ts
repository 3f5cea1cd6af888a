import { createHash } from "node:crypto";
import { z } from "zod";
import { canonical } from "../canonical.ts";
import type { ChatMessage, ChatRequest, ChatResponse } from "../chat-model.ts";
import { volatileParts, withoutVolatile } from "./volatile.ts";

/** One recorded call of a model. */
export interface Cassette {
  readonly schema: "agents.cassette/v1";
  /** What decides whether a request is the same: see {@link keyOf}. */
  readonly key: string;
  readonly promptRef: string | null;
  /** Of the model that answered. */
  readonly model: string | null;
  readonly messages: readonly ChatMessage[];
  readonly response: Pick<ChatResponse, "text" | "finishReason" | "usage">;
}

const tokens = z.number().nullable();
const cassette: z.ZodType<Cassette> = z.object({
  schema: z.literal("agents.cassette/v1"),
  key: z.string(),
  promptRef: z.string().nullable(),
  model: z.string().nullable(),
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  response: z.object({
    text: z.string(),
    finishReason: z.enum(["stop", "length", "other"]),
    usage: z.object({ input: tokens, output: tokens }),
  }),
});

/** The cassette in a file's text; null where it is none. */
export function readCassette(text: string): Cassette | null {
  try {
    return cassette.parse(JSON.parse(text));
  } catch {
    return null; // cut off by a crash, or somebody's own file
  }
}

/** The messages with their ids and times named by place: those differ from run to run and mean nothing here. */
export function comparable(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const parts = volatileParts(messages.map(({ content }) => content));
  return messages.map(({ role, content }) => ({ role, content: withoutVolatile(content, parts) }));
}

/** Two requests with the same key are the same question, put to the same model in the same way. */
export function keyOf(request: ChatRequest, model: string | null): string {
  const { messages, outputSchema, temperature, maxOutputTokens, seed, overrides } = request;
  const sampling = { temperature, maxOutputTokens, seed, overrides };
  const question = { model, messages: comparable(messages), outputSchema, sampling };
  return createHash("sha256").update(canonical(question)).digest("hex");
}

/** The prompt's name and enough of the key to be unique: a person finds what belongs to a prompt. */
export function fileNameOf(request: ChatRequest, key: string): string {
  const prompt = request.promptRef?.split("@")[0] ?? "request";
  return `${prompt}-${key.slice(0, 16)}.json`;
}
