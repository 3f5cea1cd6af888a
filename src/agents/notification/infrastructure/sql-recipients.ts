import { nameBasedId } from "agents-apphost/kit";
import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Recipients } from "../application/ports.ts";
import { decidePreferences, evolvePreferences, NO_PREFERENCES } from "../domain/preferences.ts";
import type { Preferences, PreferencesEvent } from "../domain/preferences.ts";
import { recipientKey } from "../domain/recipient.ts";
import type { NotificationTables } from "./tables.ts";

/** Namespace of the ids of streams: a recipient may be longer than the id of a stream; never to be changed. */
const RECIPIENTS = "9b7e3c52-6f0d-4d0b-b1a5-4a7c2e8d1f63";

const codec: z.ZodType<PreferencesEvent> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("preferences-set"),
    data: z.object({
      recipient: z.string(),
      channels: z.array(z.string()).nullable(),
      addresses: z.record(z.string(), z.string()),
      optOut: z.array(z.string()),
      quietHours: z.object({ timeZone: z.string(), from: z.string(), to: z.string() }).nullable(),
      urgent: z.object({ ignoresQuietHours: z.boolean(), ignoresOptOut: z.boolean() }),
    }),
  }),
  z.object({ type: z.literal("preferences-cleared"), data: z.object({ recipient: z.string() }) }),
]);

/** What recipients want: a stream for each of them. */
export class SqlRecipients implements Recipients {
  readonly #kit: Pick<AgentKit<NotificationTables>, "events" | "transact">;

  constructor(kit: Pick<AgentKit<NotificationTables>, "events" | "transact">) {
    this.#kit = kit;
  }

  async find(recipient: string): Promise<{ readonly preferences: Preferences; readonly version: number }> {
    const recorded = await this.#kit.events(codec).read(streamOf(recipient));
    return { preferences: stateOf(recorded), version: recorded.length };
  }

  async save(ctx: HandlerContext, recipient: string, wanted: Preferences | null): Promise<number> {
    const stream = streamOf(recipient);
    return await this.#kit.transact(ctx, async (tx) => {
      const store = tx.events(codec);
      const recorded = await store.read(stream);
      ctx.precondition?.check(stream, recorded.length);
      const events = decidePreferences(recipientKey(recipient), wanted, stateOf(recorded));
      return events.length === 0 ? recorded.length : await store.append(stream, recorded.length, events);
    });
  }
}

function streamOf(recipient: string): string {
  return `recipient-${nameBasedId(RECIPIENTS, recipientKey(recipient))}`;
}

function stateOf(recorded: readonly { readonly event: PreferencesEvent }[]): Preferences {
  return recorded.reduce((state, { event }) => evolvePreferences(state, event), NO_PREFERENCES);
}
