import type { HandlerContext } from "agents-apphost/kit";
import type { NotificationCommand, Outcome } from "../domain/decide.ts";
import { dueChannels, nextDueAt, openChannels } from "../domain/notification.ts";
import type { Notification, RenderedNotification } from "../domain/notification.ts";
import { abandonedAt } from "../domain/retry.ts";
import type { RetryPolicy } from "../domain/retry.ts";
import type { ChannelSet } from "./channel-set.ts";
import { KeyedTurns } from "./keyed-turns.ts";
import type { Notifications, OutgoingMessage } from "./ports.ts";
import type { Router } from "./router.ts";

/**
 * Sends what is to be sent of a notification now and stores how it went.
 *
 * The order is what makes a crash harmless: the text is stored before anything leaves, and that an attempt begins, so that
 * nobody says meanwhile that it was taken back; a channel is given the notification's id, by which it knows a repetition;
 * the outcome and the event about it are stored together; only then is anything published or acknowledged. Whoever comes
 * again resumes at the first step that is not stored.
 */
export class Deliver {
  readonly #notifications: Notifications;
  readonly #channels: ChannelSet;
  readonly #router: Router;
  readonly #retry: RetryPolicy;
  readonly #clock: () => Date;
  readonly #random: () => number;
  readonly #newId: () => string;
  readonly #isDue: (at: string) => void;
  readonly #turns = new KeyedTurns();

  constructor(options: {
    readonly notifications: Notifications;
    readonly channels: ChannelSet;
    readonly router: Router;
    readonly retry: RetryPolicy;
    readonly clock: () => Date;
    /** A number in [0, 1), another one each time. */
    readonly random: () => number;
    readonly newId: () => string;
    /** Told when an attempt has to be made later. */
    readonly isDue: (at: string) => void;
  }) {
    this.#notifications = options.notifications;
    this.#channels = options.channels;
    this.#router = options.router;
    this.#retry = options.retry;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#newId = options.newId;
    this.#isDue = options.isDue;
  }

  /**
   * The notification afterwards; while it is `rendered`, a channel is to be tried again or is held.
   *
   * @param which the channels that are due, or by hand every one that is open.
   */
  run(ctx: HandlerContext, id: string, which: "due" | "open" = "due"): Promise<Notification> {
    // A command and the delivery of its own event may meet here; the second finds the work of the first done.
    return this.#turns.run(id, () => this.#once(ctx, id, which));
  }

  /** Runs what must not come between an attempt and what is recorded of it. */
  between<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(id, work);
  }

  async #once(ctx: HandlerContext, id: string, which: "due" | "open"): Promise<Notification> {
    const { state } = await this.#notifications.load(id);
    const commands = state.at === "rendered" ? await this.#attempt(ctx, id, state, which) : [];
    // Also where there was nothing to do: the event in hand is handled.
    const after = await this.#notifications.record(ctx, id, commands, { completes: true });
    const due = nextDueAt(after, this.#clock().toISOString());
    if (due !== null) this.#isDue(due);
    return after;
  }

  async #attempt(
    ctx: HandlerContext,
    id: string,
    state: RenderedNotification,
    which: "due" | "open",
  ): Promise<readonly NotificationCommand[]> {
    const by = this.#newId();
    const begun = await this.#begin(ctx, id, state, { which, by });
    const outcomes = await Promise.all(
      begun.request.channels.flatMap(({ channel, address, underWay }) =>
        address !== null && underWay.some((attempt) => attempt.by === by)
          ? [this.#send(ctx, channel, messageOf(id, begun, address))]
          : [],
      ),
    );
    for (const { channel, code, detail } of outcomes) {
      if (!code.startsWith("2."))
        ctx.log.warn("a channel did not take a notification", { id, channel, code, detail });
    }
    const retrying = { policy: this.#retry, now: this.#clock().getTime(), random: this.#random() };
    return outcomes.length === 0 ? [] : [{ type: "record-attempts", by, outcomes, retrying }];
  }

  /** Says that what is to be sent now is under way: of what was taken back in the meantime, nothing is. */
  async #begin(
    ctx: HandlerContext,
    id: string,
    state: RenderedNotification,
    { which, by }: { readonly which: "due" | "open"; readonly by: string },
  ): Promise<RenderedNotification> {
    const now = this.#clock().toISOString();
    const due = which === "due" ? dueChannels(state, now) : openChannels(state);
    if (due.length === 0) return state;
    // Wishes and suppressions may have changed since it was asked for.
    const routes = await this.#router.routes(
      state.request,
      due.map(({ channel }) => channel),
    );
    const channels = routes.filter(({ route }) => route.to === "send").map(({ channel }) => channel);
    const dueAt = which === "due" ? now : null;
    const after = await this.#notifications.record(
      ctx,
      id,
      [
        { type: "route", routes },
        { type: "begin", channels, dueAt, by, until: abandonedAt(now) },
      ],
      { completes: false },
    );
    return after.at === "none" || after.at === "requested" ? state : after;
  }

  async #send(ctx: HandlerContext, name: string, message: OutgoingMessage): Promise<Outcome> {
    const channel = this.#channels.get(name);
    // RFC 3463 §3.4: 5.3.3 system not capable of selected features.
    if (channel === undefined) return { channel: name, code: "5.3.3", detail: this.#channels.whyNot(name) };
    try {
      return { channel: name, ...(await channel.send(message, ctx.signal)) };
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      ctx.log.error("a channel failed in a way it does not know", { channel: name, reason: detail });
      return { channel: name, code: "4.0.0", detail };
    }
  }
}

/** A pure function of what is stored: whoever sends again sends the same. */
function messageOf(id: string, { request, content }: RenderedNotification, address: string): OutgoingMessage {
  const { text, encoding, segments } = content.sms;
  return {
    id,
    recipient: request.recipient,
    address,
    subject: content.subject,
    body: content.body,
    sms: { text, encoding, segments },
    category: request.category,
    priority: request.priority,
    correlationId: request.lineage.correlationId,
    smsSegments: segments,
    wordedBy: content.wording.by,
    generatedBy: content.wording.generatedBy,
  };
}
