import { deepStrictEqual } from "node:assert/strict";
import { test } from "tap";
import { chooseLabel, LONGEST_LABEL } from "../../../../src/agents/blue-print/domain/label.ts";

const TEXT = "The printer in Zürich, on floor 2, is out of toner again.";
const from = { generatedBy: "live", promptRef: "label-entry@1.0.0" } as const;
const proposed = (words: string, text = TEXT) => chooseLabel(text, { text: words, ...from });

test("a model's label is taken where it has no words of its own", async () => {
  deepStrictEqual(proposed(" printer out of toner "), { text: "printer out of toner", by: "model", ...from });
  for (const words of ["Zürich: PRINTER", "floor 2"]) deepStrictEqual(proposed(words).by, "model", words);
  for (const words of ["urgent: printer", "floor 3", "", " - "])
    deepStrictEqual(proposed(words).by, "code", words);
});

test("a model's label that is too long is none", async () => {
  const words = "toner ".repeat(LONGEST_LABEL / 6).trim();
  deepStrictEqual(proposed(words).by, "model");
  deepStrictEqual(proposed(`${words} toner`).by, "code");
});

test("without a model the beginning of the text is the label, cut between words", async () => {
  deepStrictEqual(chooseLabel(" Two \n lines. ", null), {
    text: "Two lines.",
    by: "code",
    generatedBy: null,
    promptRef: null,
  });
  const long = "The printer in Zürich, on floor two of the east wing, is out of toner.";
  deepStrictEqual(chooseLabel(long, null).text, "The printer in Zürich, on floor two of the east wing, is…");
});

test("a label is never longer than its limit, and never empty", async () => {
  const word = "x".repeat(LONGEST_LABEL);
  deepStrictEqual(chooseLabel(word, null).text, word);
  deepStrictEqual(chooseLabel(`${word}x`, null).text, `${word.slice(1)}…`);
});
