import type { HandlerContext, Problem, ProblemIssue } from "agents-apphost/kit";
import { conflict, invalid, notFound } from "agents-apphost/kit";
import type { Priority } from "../domain/notification-event.ts";
import { channelsUnderWay } from "../domain/notification.ts";
import type { Notification } from "../domain/notification.ts";
import type { ChannelSet } from "./channel-set.ts";
import { checkRecipient } from "./check-recipient.ts";
import type { Deliver } from "./deliver.ts";
import type { Notifications, NotificationHistory, PhoneNumbers } from "./ports.ts";
import type { Prepare } from "./prepare.ts";

/** Asks for a notification to be sent now. */
export interface SendNotification {
  readonly recipient: string;
  readonly channels?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly message: string;
  readonly category?: string | undefined;
  readonly priority?: Priority | undefined;
}

/** The commands on notifications. */
export class NotificationCommands {
  readonly #notifications: Notifications;
  readonly #prepare: Prepare;
  readonly #deliver: Deliver;
  readonly #phones: PhoneNumbers;
  readonly #channels: ChannelSet;
  readonly #preset: readonly string[];
  readonly #clock: () => Date;

  constructor(options: {
    readonly notifications: Notifications;
    readonly prepare: Prepare;
    readonly deliver: Deliver;
    readonly phones: PhoneNumbers;
    readonly channels: ChannelSet;
    /** The channels that are used when none is named. */
    readonly preset: readonly string[];
    readonly clock: () => Date;
  }) {
    this.#notifications = options.notifications;
    this.#prepare = options.prepare;
    this.#deliver = options.deliver;
    this.#phones = options.phones;
    this.#channels = options.channels;
    this.#preset = options.preset;
    this.#clock = options.clock;
  }

  /**
   * Stores the notification, then sends it. Its own `send.requested` event is stored with it: should this process die
   * half-way, the delivery of that event finishes the work.
   *
   * @throws Problem 422 for a recipient or channel that does not exist.
   */
  async send(command: SendNotification, ctx: HandlerContext): Promise<NotificationHistory> {
    const channels = [...new Set(command.channels ?? this.#preset)];
    const issues: ProblemIssue[] = channels.flatMap((channel, index) =>
      this.#channels.get(channel) === undefined
        ? [{ path: `channels[${index}]`, message: this.#channels.whyNot(channel) }]
        : [],
    );
    const checked = await checkRecipient(command.recipient, this.#phones);
    if (!checked.ok) issues.push({ path: "recipient", message: checked.problem });
    const [first] = issues;
    if (first !== undefined || !checked.ok)
      throw invalid(`${first?.path ?? ""}: ${first?.message ?? ""}`, issues);

    const id = ctx.workId;
    await this.#prepare.run(ctx, id, {
      recipient: checked.recipient,
      channels,
      subject: command.subject ?? null,
      message: command.message,
      category: command.category ?? "general",
      priority: command.priority ?? "normal",
      cause: { kind: "command", id: ctx.correlationId, eventType: null },
    });
    await this.#deliver.run(ctx, id);
    return await this.#notifications.load(id);
  }

  /**
   * Tries at once what waits for its next attempt, and once more what has failed. What its recipient does not want, or not
   * now, stays unsent.
   *
   * @throws Problem 404 for an unknown notification, 409 for one that is sent or was not wanted.
   */
  async retry(id: string, ctx: HandlerContext): Promise<NotificationHistory> {
    const { at } = (await this.#existing(id)).state;
    if (at !== "rendered" && at !== "failed") {
      throw conflict(`Notification ${id} is ${at}: there is nothing to try again.`);
    }
    await this.#notifications.record(ctx, id, [{ type: "retry" }], { completes: true });
    await this.#deliver.run(ctx, id, "open");
    return await this.#notifications.load(id);
  }

  /**
   * Takes back what has not left yet. What has left is not said to be taken back: an attempt of this process that is under way
   * is waited for, one of another process is a reason to refuse.
   *
   * @throws Problem 404 for an unknown notification, 409 when nothing is open any more, or is being sent.
   */
  async cancel(id: string, reason: string, ctx: HandlerContext): Promise<NotificationHistory> {
    return await this.#deliver.between(id, async () => {
      const { at } = (await this.#existing(id)).state;
      if (at !== "rendered") throw conflict(`Notification ${id} is ${at}: there is nothing to take back.`);
      const cancel = { type: "cancel", reason, now: this.#clock().toISOString() } as const;
      const after = await this.#notifications.record(ctx, id, [cancel], { completes: true });
      if (after.at === "rendered") throw underWay(id, after, cancel.now);
      return await this.#notifications.load(id);
    });
  }

  async #existing(id: string): Promise<NotificationHistory> {
    const found = await this.#notifications.load(id);
    if (found.state.at === "none") throw notFound(`There is no notification ${id}.`);
    return found;
  }
}

function underWay(id: string, notification: Notification, now: string): Problem {
  const channels = channelsUnderWay(notification, now).map(({ channel }) => channel);
  return conflict(
    `Notification ${id} is being sent by ${channels.join(", ")} at this moment: that cannot be taken back.`,
    "Repeat it when the attempt is over: what is then still to be tried again can be taken back.",
  );
}
