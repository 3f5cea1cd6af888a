import type { HandlerContext } from "agents-apphost/kit";
import type { Entry, EntryCommand } from "../domain/entry.ts";
import type { Proposal } from "../domain/label.ts";

/** Where entries are kept. What is recorded and what is published about it are kept together, or neither. */
export interface Entries {
  load(id: string): Promise<Entry>;
  /** Lets the entry decide and keeps what came of it. @throws EntryConflict */
  record(ctx: HandlerContext, id: string, command: EntryCommand): Promise<Entry>;
}

/** Asks a model for a label. */
export interface Labeller {
  propose(ctx: HandlerContext, text: string): Promise<Proposal>;
}
