import type { Label } from "./entry.ts";

export const LONGEST_LABEL = 60;

/** What a model proposes as a label. */
export interface Proposal {
  readonly text: string;
  readonly generatedBy: "live" | "cassette" | "sample";
  readonly promptRef: string;
}

/**
 * The model's words where they are a label: short, and made of words of the text alone. Else the beginning of the text,
 * which is right without a model, too.
 */
export function chooseLabel(text: string, proposal: Proposal | null): Label {
  if (proposal !== null && isLabelOf(proposal.text, text)) {
    const { generatedBy, promptRef } = proposal;
    return { text: proposal.text.trim(), by: "model", generatedBy, promptRef };
  }
  return { text: beginningOf(text), by: "code", generatedBy: null, promptRef: null };
}

function isLabelOf(label: string, text: string): boolean {
  const words = wordsOf(label);
  const known = new Set(wordsOf(text));
  return words.length > 0 && label.trim().length <= LONGEST_LABEL && words.every((word) => known.has(word));
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** As many whole words as fit. */
function beginningOf(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  if (line.length <= LONGEST_LABEL) return line;
  const cut = line.slice(0, LONGEST_LABEL - 1);
  const space = cut.lastIndexOf(" ");
  return `${space > 0 ? cut.slice(0, space) : cut}…`;
}
