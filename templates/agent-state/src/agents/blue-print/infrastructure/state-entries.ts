import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import type { Entries } from "../application/ports.ts";
import type { Entry, EntryCommand } from "../domain/entry.ts";
import { decide, evolve, initialEntry } from "../domain/entry.ts";
import { entryRecorded } from "../events.ts";
import { storedEntry } from "./entry-codec.ts";

type Kit = Pick<AgentKit, "state" | "transactState">;

/** Entries in the Dapr state store, by their id. */
export class StateEntries implements Entries {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async load(id: string): Promise<Entry> {
    return (await this.#kit.state.get(keyOf(id), storedEntry))?.value ?? initialEntry;
  }

  async record(ctx: HandlerContext, id: string, command: EntryCommand): Promise<Entry> {
    return await this.#kit.transactState(ctx, async (tx) => {
      const before = await tx.get(keyOf(id), storedEntry);
      const state = before?.value ?? initialEntry;
      const events = decide(command, state);
      const after = events.reduce(evolve, state);
      if (events.length === 0 || after.at === "none") return after;
      const { text, label } = after;
      tx.save(keyOf(id), after, { etag: before?.etag ?? "new" });
      const payload = { entryId: id, text, label: label.text, generatedBy: label.generatedBy };
      tx.emit(entryRecorded, payload, { subject: `entries/${id}` });
      return after;
    });
  }
}

function keyOf(id: string): string {
  return `entry-${id}`;
}
