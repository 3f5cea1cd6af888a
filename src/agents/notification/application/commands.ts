import type { HandlerContext, ProblemIssue } from "agents-apphost/kit";
import { conflict, invalid, notFound } from "agents-apphost/kit";
import { classOfEnhancedCode } from "../domain/delivery-status.ts";
import type { Priority } from "../domain/notification-event.ts";
import { parseRecipient, recipientText } from "../domain/recipient.ts";
import type { Deliver } from "./deliver.ts";
import type { Notifications, NotificationHistory } from "./ports.ts";
import type { Prepare } from "./prepare.ts";

/** Asks for a notification to be sent now. */
export interface SendNotification {
  readonly recipient: string;
  readonly channels?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly message: string;
  readonly priority?: Priority | undefined;
}

/** A receipt from the outside for one channel of a notification. */
export interface RecordReceipt {
  readonly notificationId: string;
  readonly channel: string;
  /** RFC 3463 enhanced status code. */
  readonly code: string;
  readonly detail?: string | undefined;
}

/** The commands of the agent. */
export class NotificationCommands {
  readonly #notifications: Notifications;
  readonly #prepare: Prepare;
  readonly #deliver: Deliver;
  readonly #known: readonly string[];
  readonly #preset: readonly string[];

  constructor(options: {
    readonly notifications: Notifications;
    readonly prepare: Prepare;
    readonly deliver: Deliver;
    /** Every channel that there is, and those that are used when none is named. */
    readonly channels: { readonly known: readonly string[]; readonly preset: readonly string[] };
  }) {
    this.#notifications = options.notifications;
    this.#prepare = options.prepare;
    this.#deliver = options.deliver;
    this.#known = options.channels.known;
    this.#preset = options.channels.preset;
  }

  /**
   * Stores the notification, then sends it. Its own `send.requested` event is stored with it: should this process die
   * half-way, or a channel fail for now, the delivery of that event finishes the work.
   *
   * @throws Problem 422 for a recipient or channel that does not exist.
   */
  async send(command: SendNotification, ctx: HandlerContext): Promise<NotificationHistory> {
    const parsed = parseRecipient(command.recipient);
    const channels = [...new Set(command.channels ?? this.#preset)];
    const issues: ProblemIssue[] = channels.flatMap((channel, index) =>
      this.#known.includes(channel)
        ? []
        : [
            {
              path: `channels[${index}]`,
              message: `"${channel}" is no channel here; there are ${this.#known.join(", ")}`,
            },
          ],
    );
    if (!parsed.ok) issues.push({ path: "recipient", message: parsed.problem });
    const [first] = issues;
    if (first !== undefined || !parsed.ok)
      throw invalid(`${first?.path ?? ""}: ${first?.message ?? ""}`, issues);

    const id = ctx.workId;
    await this.#prepare.run(ctx, id, {
      recipient: recipientText(parsed.recipient),
      channels,
      subject: command.subject ?? null,
      message: command.message,
      priority: command.priority ?? "normal",
      cause: { kind: "command", id: ctx.correlationId, eventType: null },
    });
    await this.#deliver.run(ctx, id);
    return await this.#notifications.load(id);
  }

  /**
   * Takes a receipt. The same receipt twice changes nothing.
   *
   * @throws Problem 404 for an unknown notification or channel, 409 while it is not sent, 422 for a text that is no code.
   */
  async recordReceipt(command: RecordReceipt, ctx: HandlerContext): Promise<NotificationHistory> {
    const { notificationId, channel, code, detail } = command;
    if (classOfEnhancedCode(code) === undefined) {
      const message = `"${code}" is no enhanced status code (RFC 3463); expected for example 2.0.0 or 5.1.1`;
      throw invalid(`code: ${message}`, [{ path: "code", message }]);
    }
    const { state } = await this.#notifications.load(notificationId);
    if (state.at === "none") throw notFound(`There is no notification ${notificationId}.`);
    if (!state.request.channels.some((each) => each.channel === channel)) {
      throw notFound(`Notification ${notificationId} has no channel ${channel}.`);
    }
    if (state.at === "requested" || state.at === "rendered") {
      throw conflict(`Notification ${notificationId} is not sent yet.`, "Send the receipt again later.");
    }
    const outcome = { channel, code, detail: detail ?? null };
    await this.#notifications.record(ctx, notificationId, [{ type: "record-receipt", outcome }], {
      completes: true,
    });
    return await this.#notifications.load(notificationId);
  }
}
