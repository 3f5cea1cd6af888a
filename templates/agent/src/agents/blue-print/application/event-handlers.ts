import type { HandlerContext, StandardEvent } from "agents-apphost/kit";
import type { RecordEntry } from "./record-entry.ts";

const LONGEST_TEXT = 2000;

/** Turns events into entries. */
export class EventHandlers {
  readonly #recordEntry: RecordEntry;

  constructor(recordEntry: RecordEntry) {
    this.#recordEntry = recordEntry;
  }

  /** The entry has the event's id, so that a repeated delivery adds nothing. */
  async onEvent(event: StandardEvent<Readonly<Record<string, unknown>>>, ctx: HandlerContext): Promise<void> {
    await this.#recordEntry.run(ctx, event.id, textOf(event));
  }
}

/** What is worth an entry is yours to say; to begin with, every text that the event carries. */
export function textOf(event: StandardEvent<Readonly<Record<string, unknown>>>): string {
  const texts = Object.values(event.data.payload).filter((value) => typeof value === "string");
  const text = texts.length > 0 ? texts.join(" · ") : `${event.eventType} ${event.subject}`;
  return text.slice(0, LONGEST_TEXT);
}
