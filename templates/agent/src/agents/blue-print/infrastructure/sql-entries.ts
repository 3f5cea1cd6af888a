import type { AgentKit, Emit, HandlerContext } from "agents-apphost/kit";
import { decideOn, fold } from "agents-apphost/kit";
import type { Entries } from "../application/ports.ts";
import type { Entry, EntryCommand } from "../domain/entry.ts";
import { decide, evolve, initialEntry } from "../domain/entry.ts";
import { entryRecorded } from "../events.ts";
import { entryCodec } from "./entry-codec.ts";

type Kit = Pick<AgentKit, "events" | "transact">;

const decider = { initialState: () => initialEntry, decide, evolve };

/** Entries as event streams in SQL. */
export class SqlEntries implements Entries {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async load(id: string): Promise<Entry> {
    const recorded = await this.#kit.events(entryCodec).read(streamOf(id));
    return fold(
      decider,
      recorded.map(({ event }) => event),
    );
  }

  async record(ctx: HandlerContext, id: string, command: EntryCommand): Promise<Entry> {
    return await this.#kit.transact(ctx, async (tx) => {
      const { state, events } = await decideOn(tx.events(entryCodec), decider, streamOf(id), command);
      if (events.length > 0) announce(tx.emit, id, state);
      return state;
    });
  }
}

function streamOf(id: string): string {
  return `entry-${id}`;
}

function announce(emit: Emit, id: string, state: Entry): void {
  if (state.at === "none") return;
  const { text, label } = state;
  const payload = { entryId: id, text, label: label.text, generatedBy: label.generatedBy };
  emit(entryRecorded, payload, { subject: `entries/${id}` });
}
