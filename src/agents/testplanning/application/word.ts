import { isSampleText } from "agents-apphost/kit";
import type { Words } from "./ports.ts";

/** A text and who it is by. */
export interface Worded<Text> {
  readonly text: Text;
  readonly wording: { readonly by: "model" | "template"; readonly reason: string | null };
}

/** Takes a model's words where nothing speaks against them, and the fixed text otherwise, saying why. */
export function choose<Text>(
  words: Words<Text>,
  fixed: Text,
  objection: (text: Text) => string | null,
): Worded<Text> {
  if (textsOf(words.text).some((text) => isSampleText(text, words.generatedBy)))
    return {
      text: fixed,
      wording: { by: "template", reason: "The sample model has no words of its own for this." },
    };
  const reason = objection(words.text);
  if (reason !== null) return notAsked(fixed, reason);
  return { text: words.text, wording: { by: "model", reason: null } };
}

/** The fixed text, where there is a reason not to ask a model. */
export function notAsked<Text>(fixed: Text, reason: string): Worded<Text> {
  return { text: fixed, wording: { by: "template", reason } };
}

/** The strings of a text that has parts, such as a title and a rationale. */
function textsOf(text: unknown): string[] {
  if (typeof text === "string") return [text];
  return typeof text === "object" && text !== null ? Object.values(text).flatMap(textsOf) : [];
}
