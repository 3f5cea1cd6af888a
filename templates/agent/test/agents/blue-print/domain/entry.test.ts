import { deepStrictEqual, throws } from "node:assert/strict";
import { test } from "tap";
import type { EntryCommand } from "../../../../src/agents/blue-print/domain/entry.ts";
import {
  decide,
  EntryConflict,
  evolve,
  initialEntry,
} from "../../../../src/agents/blue-print/domain/entry.ts";
import { chooseLabel } from "../../../../src/agents/blue-print/domain/label.ts";

const record = (text: string): EntryCommand => ({ type: "record", text, label: chooseLabel(text, null) });

test("an entry is recorded as it was asked for", async () => {
  const command = record("Order toner.");
  const { text, label } = command;
  const events = decide(command, initialEntry);
  deepStrictEqual(events, [{ type: "recorded", data: { text, label } }]);
  deepStrictEqual(events.reduce(evolve, initialEntry), { at: "recorded", text, label });
});

test("it is recorded once, however often that is asked for, and does not become another one", async () => {
  const recorded = decide(record("Order toner."), initialEntry).reduce(evolve, initialEntry);
  deepStrictEqual(decide(record("Order toner."), recorded), []);
  throws(() => decide(record("Order paper."), recorded), EntryConflict);
});
