import type { HandlerContext } from "agents-apphost/kit";
import { conflict, invalid, notFound } from "agents-apphost/kit";
import type { Receipt } from "../domain/decide.ts";
import { classOfEnhancedCode } from "../domain/delivery-status.ts";
import { parseDeliveryReport } from "../domain/dsn.ts";
import type { DeliveryReport } from "../domain/dsn.ts";
import type { Notifications, NotificationHistory } from "./ports.ts";

/** A receipt from the outside for one channel of a notification. One of the ids is enough. */
export interface RecordReceipt {
  readonly channel: string;
  readonly notificationId?: string | undefined;
  /** The id that the gateway gave, or the `Message-ID` of a mail. */
  readonly messageId?: string | undefined;
  /** RFC 3463 enhanced status code. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  /** The recipient has called it a nuisance. */
  readonly complaint?: boolean | undefined;
  /** The `message/delivery-status` part of a bounce, as it stands. */
  readonly report?: string | undefined;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Takes receipts: what a gateway says later, and mail that comes back. */
export class Receipts {
  readonly #notifications: Notifications;

  constructor(notifications: Notifications) {
    this.#notifications = notifications;
  }

  /**
   * Takes a receipt. The same receipt twice changes nothing.
   *
   * @throws Problem 404 for an unknown notification or channel, 409 while it is not sent, 422 for what says nothing.
   */
  async record(command: RecordReceipt, ctx: HandlerContext): Promise<NotificationHistory> {
    const { envelopeId, receipt } = read(command);
    const id = await this.#idOf(command, envelopeId);
    const { state } = await this.#notifications.load(id);
    if (state.at === "none") throw notFound(`There is no notification ${id}.`);
    const channel = state.request.channels.find((each) => each.channel === receipt.channel);
    if (channel === undefined) throw notFound(`Notification ${id} has no channel ${receipt.channel}.`);
    if (channel.at === "pending" || channel.at === "held") {
      throw conflict(
        `Notification ${id} is not sent yet by ${receipt.channel}.`,
        "Send the receipt again later.",
      );
    }
    await this.#notifications.record(ctx, id, [{ type: "record-receipt", receipt }], { completes: true });
    return await this.#notifications.load(id);
  }

  async #idOf(command: RecordReceipt, envelopeId: string | null): Promise<string> {
    if (command.notificationId !== undefined) return command.notificationId;
    const messageId = command.messageId?.replaceAll(/^<|>$/g, "");
    if (messageId !== undefined) {
      const found = await this.#notifications.findByMessageId(command.channel, messageId);
      if (found !== null) return found;
      throw notFound(`No message of ${command.channel} has the id ${messageId}.`);
    }
    if (envelopeId !== null && UUID.test(envelopeId)) return envelopeId.toLowerCase();
    throw wrong(
      "notificationId",
      "a receipt says what it is for: notificationId, messageId, or the envelope id of a report",
    );
  }
}

function read(command: RecordReceipt): { readonly envelopeId: string | null; readonly receipt: Receipt } {
  const { channel, code, detail, complaint, report } = command;
  if (complaint === true) {
    return { envelopeId: null, receipt: { of: "complaint", channel, detail: detail ?? null } };
  }
  if (report !== undefined) {
    const found = parseDeliveryReport(report);
    if (found === undefined) {
      throw wrong(
        "report",
        "expected the message/delivery-status part of a report about one recipient (RFC 3464)",
      );
    }
    const said = { code: found.status, says: SAYS[found.action], detail: found.detail ?? detail ?? null };
    return { envelopeId: found.envelopeId, receipt: { of: "delivery", channel, ...said } };
  }
  if (code === undefined) throw wrong("code", "a receipt has a code, a report, or is a complaint");
  if (classOfEnhancedCode(code) === undefined) {
    throw wrong(
      "code",
      `"${code}" is no enhanced status code (RFC 3463); expected for example 2.0.0 or 5.1.1`,
    );
  }
  const said = { code, says: "by-code", detail: detail ?? null } as const;
  return { envelopeId: null, receipt: { of: "delivery", channel, ...said } };
}

/** A server that gives up says so with the code of its last attempt, 4.4.1 for example; one that hands on knows nothing yet. */
const SAYS = {
  failed: "failed",
  delayed: "open",
  delivered: "by-code",
  relayed: "open",
  expanded: "open",
} as const satisfies Record<DeliveryReport["action"], string>;

function wrong(path: string, message: string): Error {
  return invalid(`${path}: ${message}`, [{ path, message }]);
}
