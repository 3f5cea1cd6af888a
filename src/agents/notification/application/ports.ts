import type { HandlerContext, Page } from "agents-apphost/kit";
import type { NotificationCommand } from "../domain/decide.ts";
import type { NotificationEvent, Priority } from "../domain/notification-event.ts";
import type { Notification } from "../domain/notification.ts";
import type { Preferences } from "../domain/preferences.ts";
import type { Zone } from "../domain/quiet-hours.ts";
import type { Opening, RenderInput } from "../domain/render.ts";
import type { Tally } from "../domain/stats.ts";
import type { Suppression, SuppressionReason } from "../domain/suppression.ts";

/** What a channel is given. The id is the idempotency key: the same id must reach the recipient once. */
export interface OutgoingMessage {
  readonly id: string;
  readonly recipient: string;
  /** Where this channel reaches the recipient: an e-mail address, a number, a device; else the recipient again. */
  readonly address: string;
  readonly subject: string;
  readonly body: string;
  /** The same in the few words of a short message. */
  readonly sms: { readonly text: string; readonly encoding: "GSM-7" | "UCS-2"; readonly segments: number };
  readonly category: string;
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
  /** How long the other side wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | null;
  /** The id under which its receipts will come. */
  readonly messageId?: string | null;
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

/** Which deliveries: `after` are the time and the id of the last one of the page before. */
export interface DeliveryFilter {
  readonly at?: Notification["at"] | undefined;
  readonly limit: number;
  readonly after?: readonly [requestedAt: string, notificationId: string] | undefined;
}

/** Port to the stored notifications. */
export interface Notifications {
  load(id: string): Promise<NotificationHistory>;
  /**
   * Decides and stores, in one transaction, what the commands lead to, with the events to be published and the addresses
   * that are not to be used any more.
   */
  record(
    ctx: HandlerContext,
    id: string,
    commands: readonly NotificationCommand[],
    options: RecordOptions,
  ): Promise<Notification>;
  /** The newest first. */
  list(filter: DeliveryFilter): Promise<Page<DeliveryRow>>;
  /** The notification that the other side of a channel knows under that id; null where there is none. */
  findByMessageId(channel: string, messageId: string): Promise<string | null>;
}

/** Which notifications are counted. */
export interface StatsFilter {
  /** Asked for then or later, ISO 8601 in UTC; null: from the first on. */
  readonly since: string | null;
  /** Asked for before that; null: all until now. */
  readonly until: string | null;
  /** Null for all channels. */
  readonly channel: string | null;
}

/** Port to counts over all notifications. */
export interface DeliveryFigures {
  /** All of them at one moment. */
  tallies(filter: StatsFilter): Promise<readonly Tally[]>;
}

/** Port to what recipients want. */
export interface Recipients {
  /** Of somebody who has said nothing, what holds for all; their version is 0. */
  find(recipient: string): Promise<{ readonly preferences: Preferences; readonly version: number }>;
  /** Null takes all of it back. */
  save(ctx: HandlerContext, recipient: string, wanted: Preferences | null): Promise<number>;
}

/** Which entries of the suppression list: `after` is the address of the last one of the page before. */
export interface SuppressionFilter {
  readonly reason?: SuppressionReason | undefined;
  readonly limit: number;
  readonly after?: readonly [address: string] | undefined;
}

/** Port to the suppression list. */
export interface Suppressions {
  /** Entries for these addresses, also such as have expired. */
  find(addresses: readonly string[]): Promise<readonly Suppression[]>;
  entry(address: string): Promise<{ readonly entry: Suppression | null; readonly version: number }>;
  put(ctx: HandlerContext, entry: Suppression): Promise<void>;
  lift(ctx: HandlerContext, address: string): Promise<void>;
  /** By address. */
  list(filter: SuppressionFilter): Promise<Page<Suppression>>;
}

/** Port to the numbering plans of the world. */
export interface PhoneNumbers {
  /** What is wrong with a number that has the form of E.164; null for one that can exist. */
  problemOf(number: string): Promise<string | null>;
}

/** The rules of a time zone; null for a name that is none. */
export type Zones = (name: string) => Zone | null;

/** Port to whoever opens a message with a sentence of their own. */
export interface Writer {
  /** @throws when no model answers. */
  open(ctx: HandlerContext, input: RenderInput): Promise<Opening>;
}
