import { deepStrictEqual, rejects } from "node:assert/strict";
import { test } from "tap";
import type { Labeller } from "../../../src/agents/blue-print/application/ports.ts";
import { EventHandlers, textOf } from "../../../src/agents/blue-print/application/event-handlers.ts";
import { RecordEntry } from "../../../src/agents/blue-print/application/record-entry.ts";
import { EntryConflict } from "../../../src/agents/blue-print/domain/entry.ts";
import { context, event, ID, labels, MemoryEntries } from "./memory-entries.ts";

const down: Labeller = { propose: () => Promise.reject(new Error("no model answers")) };

test("a model is asked once for an entry", async () => {
  const labeller = labels("toner");
  const recordEntry = new RecordEntry(new MemoryEntries(), labeller);
  const first = await recordEntry.run(context(), ID, "Order toner.");
  deepStrictEqual(first.at === "recorded" && first.label.by, "model");
  deepStrictEqual(await recordEntry.run(context(), ID, "Order toner."), first);
  deepStrictEqual(labeller.asked, 1);
  await rejects(recordEntry.run(context(), ID, "Order paper."), EntryConflict);
});

test("no model is no reason not to record", async () => {
  const entry = await new RecordEntry(new MemoryEntries(), down).run(context(), ID, "Order toner.");
  deepStrictEqual(entry.at === "recorded" && entry.label.text, "Order toner.");
});

test("what is aborted records nothing", async () => {
  const entries = new MemoryEntries();
  await rejects(
    new RecordEntry(entries, down).run(context(AbortSignal.abort()), ID, "Order toner."),
    /no model/,
  );
  deepStrictEqual(entries.all.size, 0);
});

test("an event becomes an entry with its id, however often it is delivered", async () => {
  const entries = new MemoryEntries();
  const handlers = new EventHandlers(new RecordEntry(entries, labels("VPN")));
  for (const _ of [1, 2]) await handlers.onEvent(event({ title: "VPN", body: "down" }), context());
  const entry = await entries.load(ID);
  deepStrictEqual([entries.all.size, entry.at === "recorded" && entry.text], [1, "VPN · down"]);
});

test("the text of an entry is every text that the event carries", async () => {
  deepStrictEqual(textOf(event({ title: "VPN", users: 3 })), "VPN");
  deepStrictEqual(textOf(event({ users: 3 })), "agents.blue-print.entry.requested entries");
  deepStrictEqual(textOf(event({ body: "x".repeat(3000) })).length, 2000);
});
