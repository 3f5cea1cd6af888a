import type { GeneratedBy } from "./chat-model.ts";

/** What the sample model's own words begin with, where a schema leaves room for it. */
export const SAMPLE_MARK = "[sample]";

/**
 * Whether a text is a placeholder of the sample model, which nobody should be shown as words. An example's output out of a
 * prompt file is none: people have written it.
 */
export function isSampleText(text: string, generatedBy: GeneratedBy): boolean {
  return generatedBy === "sample" && text.startsWith(SAMPLE_MARK);
}
