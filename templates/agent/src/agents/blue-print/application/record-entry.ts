import type { HandlerContext } from "agents-apphost/kit";
import type { Entry } from "../domain/entry.ts";
import type { Proposal } from "../domain/label.ts";
import { chooseLabel } from "../domain/label.ts";
import type { Entries, Labeller } from "./ports.ts";

/** The command: records one entry. The same id and text twice is one entry. */
export class RecordEntry {
  readonly #entries: Entries;
  readonly #labeller: Labeller;

  constructor(entries: Entries, labeller: Labeller) {
    this.#entries = entries;
    this.#labeller = labeller;
  }

  /** @throws EntryConflict where the id belongs to an entry with another text. */
  async run(ctx: HandlerContext, id: string, text: string): Promise<Entry> {
    const known = await this.#entries.load(id);
    // Known with the same text: nothing to ask a model for. What was recorded before counts.
    const label = known.at === "recorded" ? known.label : chooseLabel(text, await this.#propose(ctx, text));
    return await this.#entries.record(ctx, id, { type: "record", text, label });
  }

  /** Without a model an entry is recorded all the same: its label is then the beginning of its text. */
  async #propose(ctx: HandlerContext, text: string): Promise<Proposal | null> {
    try {
      return await this.#labeller.propose(ctx, text);
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      ctx.log.warn("no model labels this entry, its first words are used", { reason });
      return null;
    }
  }
}
