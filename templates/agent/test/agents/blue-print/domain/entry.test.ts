import { deepStrictEqual, throws } from "node:assert/strict";
import { test } from "tap";
import type { EntryCommand } from "../../../../src/agents/blue-print/domain/entry.ts";
import {
  decide,
  EntryConflict,
  evolve,
  initialEntry,
} from "../../../../src/agents/blue-print/domain/entry.ts";
import { chooseLabel, LONGEST_LABEL } from "../../../../src/agents/blue-print/domain/label.ts";

const record = (text: string): EntryCommand => ({ type: "record", text, label: chooseLabel(text, null) });
const proposal = (text: string) => ({ text, generatedBy: "live", promptRef: "label-entry@1.0.0" }) as const;
const TEXT = "The printer on the second floor is out of toner again.";

test("an entry is recorded once, however often that is asked for", async () => {
  const events = decide(record(TEXT), initialEntry);
  deepStrictEqual(
    events.map(({ type }) => type),
    ["recorded"],
  );
  const recorded = events.reduce(evolve, initialEntry);
  deepStrictEqual(decide(record(TEXT), recorded), []);
  throws(() => decide(record("Another text."), recorded), EntryConflict);
});

test("a model's label is taken where it has no words of its own", async () => {
  deepStrictEqual(chooseLabel(TEXT, proposal("printer out of toner")), {
    text: "printer out of toner",
    by: "model",
    generatedBy: "live",
    promptRef: "label-entry@1.0.0",
  });
  deepStrictEqual(chooseLabel(TEXT, proposal("urgent: printer")).by, "code");
  deepStrictEqual(chooseLabel(TEXT, proposal("")).by, "code");
});

test("without a model the beginning of the text is the label, cut between words", async () => {
  deepStrictEqual(chooseLabel("Short.", null).text, "Short.");
  const { text } = chooseLabel(`${TEXT} ${TEXT}`, null);
  deepStrictEqual(text, "The printer on the second floor is out of toner again. The…");
  deepStrictEqual(text.length <= LONGEST_LABEL, true);
});
