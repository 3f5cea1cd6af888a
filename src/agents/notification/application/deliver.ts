import type { HandlerContext } from "agents-apphost/kit";
import { decide } from "../domain/decide.ts";
import type { Outcome } from "../domain/decide.ts";
import { evolve, pendingChannels } from "../domain/notification.ts";
import type { Notification, RenderedNotification } from "../domain/notification.ts";
import { KeyedTurns } from "./keyed-turns.ts";
import type { Channel, Notifications, OutgoingMessage } from "./ports.ts";

/**
 * Sends what is still to be sent of a notification and stores how it went.
 *
 * The order is what makes a crash harmless: the text is stored before anything leaves; a channel is given the
 * notification's id, by which it knows a repetition; the outcome and the event about it are stored together; only then is
 * anything published or acknowledged. Whoever comes again resumes at the first step that is not stored.
 */
export class Deliver {
  readonly #notifications: Notifications;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #turns = new KeyedTurns();

  constructor(notifications: Notifications, channels: readonly Channel[]) {
    this.#notifications = notifications;
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
  }

  /** The notification afterwards; while it is `rendered`, a channel has failed for now and is to be tried again. */
  run(ctx: HandlerContext, id: string): Promise<Notification> {
    // A command and the delivery of its own event may meet here; the second finds the work of the first done.
    return this.#turns.run(id, () => this.#once(ctx, id));
  }

  async #once(ctx: HandlerContext, id: string): Promise<Notification> {
    const { state } = await this.#notifications.load(id);
    if (state.at !== "rendered") return await this.#close(ctx, id);
    const outcomes = await this.#sendAll(ctx, id, state);
    const command = { type: "record-attempts", outcomes } as const;
    const expected = decide(command, state).reduce(evolve, state as Notification);
    return await this.#notifications.record(ctx, id, [command], { completes: expected.at !== "rendered" });
  }

  /** Nothing is left to do; the event in hand is marked as handled. */
  #close(ctx: HandlerContext, id: string): Promise<Notification> {
    return this.#notifications.record(ctx, id, [], { completes: true });
  }

  #sendAll(ctx: HandlerContext, id: string, state: RenderedNotification): Promise<readonly Outcome[]> {
    const message = messageOf(ctx, id, state);
    return Promise.all(
      pendingChannels(state).map(async ({ channel }) => ({
        channel,
        ...(await this.#send(ctx, channel, message)),
      })),
    );
  }

  async #send(
    ctx: HandlerContext,
    name: string,
    message: OutgoingMessage,
  ): Promise<Omit<Outcome, "channel">> {
    const channel = this.#channels.get(name);
    if (channel === undefined) {
      // RFC 3463 §3.4: 5.3.3 system not capable of selected features.
      return {
        code: "5.3.3",
        detail: `this agent has no channel ${name}; it has ${[...this.#channels.keys()].join(", ")}`,
      };
    }
    try {
      return await channel.send(message, ctx.signal);
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      ctx.log.error("a channel failed in a way it does not know", { channel: name, reason: detail });
      return { code: "4.0.0", detail };
    }
  }
}

/** A pure function of what is stored: whoever sends again sends the same. */
function messageOf(
  ctx: HandlerContext,
  id: string,
  { request, content }: RenderedNotification,
): OutgoingMessage {
  return {
    id,
    recipient: request.recipient,
    subject: content.subject,
    body: content.body,
    priority: request.priority,
    correlationId: ctx.correlationId,
    smsSegments: content.sms.segments,
    wordedBy: content.wording.by,
    generatedBy: content.wording.generatedBy,
  };
}
