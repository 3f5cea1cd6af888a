import { createLogger, HandlerContext } from "agents-apphost/kit";
import type { StandardEvent } from "agents-apphost/kit";
import type { Entries, Labeller } from "../../../src/agents/blue-print/application/ports.ts";
import type { Entry } from "../../../src/agents/blue-print/domain/entry.ts";
import { decide, evolve, initialEntry } from "../../../src/agents/blue-print/domain/entry.ts";

export const ID = "7b0e1e40-4b1c-4c43-8f5e-0f6a3b1c2d3e";
export const OTHER_ID = "0f6a3b1c-4b1c-4c43-8f5e-7b0e1e404b1c";

/** A request, or what is aborted while it is handled. */
export function context(signal: AbortSignal = new AbortController().signal): HandlerContext {
  const log = createLogger(() => {});
  return new HandlerContext({ correlationId: ID, log, signal, event: null, depth: null, traceparent: null });
}

export function event<Payload>(payload: Payload): StandardEvent<Payload> {
  return {
    id: ID,
    eventType: "agents.blue-print.entry.requested",
    subject: "entries",
    eventTime: "2026-01-01T00:00:00.000Z",
    dataVersion: "1.0",
    metadataVersion: "1",
    data: { correlationId: OTHER_ID, causationId: OTHER_ID, agentId: "cli", payload },
  };
}

/** The port in memory: it decides as the stored one does. */
export class MemoryEntries implements Entries {
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

/** A model that always says the same, and counts. */
export function labels(text: string): Labeller & { asked: number } {
  return {
    asked: 0,
    propose() {
      this.asked += 1;
      return Promise.resolve({ text, generatedBy: "sample", promptRef: "label-entry@1.0.0" });
    },
  };
}
