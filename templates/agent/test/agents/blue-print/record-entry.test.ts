import { deepStrictEqual, rejects } from "node:assert/strict";
import { test } from "tap";
import { createLogger, HandlerContext } from "agents-apphost/kit";
import type { Entries, Labeller } from "../../../src/agents/blue-print/application/ports.ts";
import { textOf } from "../../../src/agents/blue-print/application/event-handlers.ts";
import { RecordEntry } from "../../../src/agents/blue-print/application/record-entry.ts";
import type { Entry } from "../../../src/agents/blue-print/domain/entry.ts";
import { decide, EntryConflict, evolve, initialEntry } from "../../../src/agents/blue-print/domain/entry.ts";

const ID = "7b0e1e40-4b1c-4c43-8f5e-0f6a3b1c2d3e";
const ctx = new HandlerContext({
  correlationId: ID,
  log: createLogger(() => {}),
  signal: new AbortController().signal,
  event: null,
  depth: null,
  traceparent: null,
});

const event = (payload: Readonly<Record<string, unknown>>) => ({
  id: ID,
  eventType: "agents.blue-print.entry.requested",
  subject: "entries",
  eventTime: "2026-01-01T00:00:00.000Z",
  dataVersion: "1.0",
  metadataVersion: "1",
  data: { correlationId: ID, causationId: ID, agentId: "cli", payload },
});

/** The port in memory: it decides as the stored one does. */
class MemoryEntries implements Entries {
  readonly all = new Map<string, Entry>();

  load(id: string): Promise<Entry> {
    return Promise.resolve(this.all.get(id) ?? initialEntry);
  }

  async record(_: HandlerContext, id: string, command: Parameters<Entries["record"]>[2]): Promise<Entry> {
    const state = await this.load(id);
    const after = decide(command, state).reduce(evolve, state);
    this.all.set(id, after);
    return after;
  }
}

function labels(text: string): Labeller & { asked: number } {
  return {
    asked: 0,
    propose() {
      this.asked += 1;
      return Promise.resolve({ text, generatedBy: "sample", promptRef: "label-entry@1.0.0" });
    },
  };
}

test("a model is asked once for an entry", async () => {
  const labeller = labels("toner");
  const recordEntry = new RecordEntry(new MemoryEntries(), labeller);
  const first = await recordEntry.run(ctx, ID, "Order toner.");
  deepStrictEqual(first.at === "recorded" && first.label.by, "model");
  deepStrictEqual(await recordEntry.run(ctx, ID, "Order toner."), first);
  deepStrictEqual(labeller.asked, 1);
  await rejects(recordEntry.run(ctx, ID, "Order paper."), EntryConflict);
});

test("no model is no reason not to record", async () => {
  const down: Labeller = { propose: () => Promise.reject(new Error("no model answers")) };
  const entry = await new RecordEntry(new MemoryEntries(), down).run(ctx, ID, "Order toner.");
  deepStrictEqual(entry.at === "recorded" && entry.label.text, "Order toner.");
});

test("an event becomes the texts that it carries", async () => {
  deepStrictEqual(textOf(event({ title: "VPN", body: "down", users: 3 })), "VPN · down");
  deepStrictEqual(textOf(event({ users: 3 })), "agents.blue-print.entry.requested entries");
});
