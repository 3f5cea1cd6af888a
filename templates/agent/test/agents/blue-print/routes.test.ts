import { deepStrictEqual, rejects } from "node:assert/strict";
import { test } from "tap";
import { EventHandlers } from "../../../src/agents/blue-print/application/event-handlers.ts";
import { RecordEntry } from "../../../src/agents/blue-print/application/record-entry.ts";
import {
  commandRoutes,
  queryRoutes,
  subscriptions,
} from "../../../src/agents/blue-print/presentation/routes.ts";
import { context, event, ID, labels, MemoryEntries, OTHER_ID } from "./memory-entries.ts";

/** What the agent is asked through, on entries in memory. */
function doors() {
  const entries = new MemoryEntries();
  const recordEntry = new RecordEntry(entries, labels("toner"));
  const [execute] = commandRoutes(recordEntry);
  const [get] = queryRoutes(entries);
  if (execute === undefined || get === undefined) throw new Error("There is a command and a query.");
  return { entries, execute, get, heard: subscriptions(new EventHandlers(recordEntry)) };
}

test("what was recorded can be read", async () => {
  const { execute, get } = doors();
  const recorded = { entryId: ID, text: "Order toner.", label: "toner", labelledBy: "model" };
  const by = { generatedBy: "sample", promptRef: "label-entry@1.0.0" };
  const ctx = context();
  deepStrictEqual(await execute.run({ entryId: ID, text: "Order toner." }, ctx), recorded);
  deepStrictEqual({ generatedBy: ctx.generatedBy, promptRef: ctx.promptRef }, by);
  deepStrictEqual(await get.run({ entryId: ID }, context()), { ...recorded, ...by });
  await rejects(get.run({ entryId: OTHER_ID }, context()), { status: 404 });
});

test("an entry without an id gets that of the work, so that a repeated request is no second one", async () => {
  const { entries, execute } = doors();
  const ctx = context();
  for (const _ of [1, 2]) await execute.run({ text: "Order toner." }, ctx);
  deepStrictEqual([...entries.all.keys()], [ctx.workId]);
});

test("another text for an entry is a conflict, and a text is asked for", async () => {
  const { execute } = doors();
  await execute.run({ entryId: ID, text: "Order toner." }, context());
  await rejects(execute.run({ entryId: ID, text: "Order paper." }, context()), { status: 409 });
  await rejects(execute.run({ entryId: ID, text: "" }, context()), { status: 422 });
});

test("an entry can be asked for by an event", async () => {
  const { entries, heard } = doors();
  const requested = heard.find(({ definition }) => definition.type === "agents.blue-print.entry.requested");
  await requested?.deliver(event({ text: "Order toner." }), context());
  deepStrictEqual([...entries.all.keys()], [ID]);
});
