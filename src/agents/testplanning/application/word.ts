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
  if (words.generatedBy === "sample" && isFiller(words.text))
    return {
      text: fixed,
      wording: { by: "template", reason: "The sample model has no words of its own for this." },
    };
  const reason = objection(words.text);
  if (reason !== null) return { text: fixed, wording: { by: "template", reason } };
  return { text: words.text, wording: { by: "model", reason: null } };
}

/** The sample model marks what it made up; an example out of the prompt file is not marked and can be shown. */
function isFiller(text: unknown): boolean {
  return JSON.stringify(text).includes("[sample]");
}
