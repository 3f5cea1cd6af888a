import type { HandlerContext } from "agents-apphost/kit";
import type { NotificationCommand } from "../domain/decide.ts";
import type { NotificationEvent, Priority } from "../domain/notification-event.ts";
import type { Notification } from "../domain/notification.ts";
import type { Opening, RenderInput } from "../domain/render.ts";

/** What a channel is given. The id is the idempotency key: the same id must reach the recipient once. */
export interface OutgoingMessage {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly priority: Priority;
  readonly correlationId: string;
  readonly smsSegments: number;
  readonly wordedBy: "model" | "template";
  readonly generatedBy: "live" | "cassette" | "sample" | null;
}

/** A channel's answer: an RFC 3463 enhanced status code, and words for people. */
export interface SendResult {
  readonly code: string;
  readonly detail: string | null;
}

/**
 * Port to one way out of the system. `send` answers with a code for every failure that can be expected, and is safe to
 * repeat with the same id as far as the outside allows it.
 */
export interface Channel {
  readonly name: string;
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
}

/** One entry of a notification's history. */
interface HistoryEntry {
  readonly time: string;
  readonly event: NotificationEvent;
}

/** A notification with how it came to be what it is. */
export interface NotificationHistory {
  readonly id: string;
  readonly state: Notification;
  readonly history: readonly HistoryEntry[];
}

/** How far one step of the handling of an event goes. */
export interface RecordOptions {
  /** True when this step ends the handling of the event in hand; a repeated delivery is then acknowledged at once. */
  readonly completes: boolean;
}

/** One line of the list of deliveries. */
export interface DeliveryRow {
  readonly notificationId: string;
  readonly at: Notification["at"];
  readonly recipient: string;
  readonly subject: string;
  readonly priority: Priority;
  readonly correlationId: string;
  readonly requestedAt: string;
  readonly updatedAt: string;
}

/** A page of the list of deliveries, the newest first. */
export interface DeliveryPage {
  readonly items: readonly DeliveryRow[];
  /** Give it as `before` to get the next page; null on the last. */
  readonly next: string | null;
}

/** Port to the stored notifications. */
export interface Notifications {
  load(id: string): Promise<NotificationHistory>;
  /** Decides and stores, in one transaction, what the commands lead to, with the events to be published. */
  record(
    ctx: HandlerContext,
    id: string,
    commands: readonly NotificationCommand[],
    options: RecordOptions,
  ): Promise<Notification>;
  list(filter: {
    readonly at?: Notification["at"];
    readonly limit: number;
    readonly before?: string;
  }): Promise<DeliveryPage>;
}

/** Port to whoever opens a message with a sentence of their own. */
export interface Writer {
  /** @throws when no model answers. */
  open(ctx: HandlerContext, input: RenderInput): Promise<Opening>;
}
