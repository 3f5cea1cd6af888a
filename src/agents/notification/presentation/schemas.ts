import { z } from "zod";
import type { NotificationHistory } from "../application/ports.ts";
import { channelsOf } from "../application/announcements.ts";

const channelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, "expected a channel's name, such as console or file");

export const sendInput = z.object({
  recipient: z.string().min(1).max(320).describe("E-mail address, E.164 number or the name of a group"),
  channels: z.array(channelName).min(1).optional(),
  subject: z.string().min(1).max(200).optional(),
  message: z.string().min(1).max(20_000),
  priority: z.enum(["low", "normal", "high"]).optional(),
});

export const receiptInput = z.object({
  notificationId: z.uuid(),
  channel: channelName,
  code: z.string().describe("RFC 3463 enhanced status code: 2.0.0 delivered, 5.1.1 no such mailbox"),
  detail: z.string().max(1000).optional(),
});

export const getInput = z.object({ notificationId: z.uuid() });

export const listInput = z.object({
  at: z.enum(["requested", "rendered", "sent", "delivered", "failed"]).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z
    .string()
    .regex(/^[^_]+_[^_]+$/, "expected the value of next of an earlier page")
    .optional(),
});

const timelineEntry = z.object({
  time: z.string(),
  what: z.string().describe("requested, rendered, channel-sent, channel-deferred, …"),
  attempt: z.number().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
});

export const notificationView = z.object({
  notificationId: z.uuid(),
  at: z.enum(["requested", "rendered", "sent", "delivered", "failed"]),
  recipient: z.string(),
  subject: z.string(),
  message: z.string(),
  body: z.string().nullable().describe("What was sent; the message, perhaps with a sentence before it"),
  priority: z.enum(["low", "normal", "high"]),
  channels: z.array(
    z.object({
      channel: z.string(),
      at: z.enum(["pending", "sent", "delivered", "failed"]),
      attempts: z.number(),
      code: z.string().nullable(),
      detail: z.string().nullable(),
      timeline: z.array(timelineEntry),
    }),
  ),
  timeline: z.array(timelineEntry).describe("What concerns the notification as a whole"),
  sms: z.object({ encoding: z.string(), units: z.number(), segments: z.number() }).nullable(),
  wording: z.object({ by: z.enum(["model", "template"]), reason: z.string().nullable() }).nullable(),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
  cause: z.object({ kind: z.string(), id: z.string(), eventType: z.string().nullable() }),
});

export const deliveryPage = z.object({
  items: z.array(
    z.object({
      notificationId: z.string(),
      at: z.string(),
      recipient: z.string(),
      subject: z.string(),
      priority: z.string(),
      correlationId: z.string(),
      requestedAt: z.string(),
      updatedAt: z.string(),
    }),
  ),
  next: z.string().nullable(),
});

/** A notification as the API shows it; `undefined` when there is none. */
export function toView({
  id,
  state,
  history,
}: NotificationHistory): z.input<typeof notificationView> | undefined {
  if (state.at === "none") return undefined;
  const content = state.at === "requested" ? null : state.content;
  const { recipient, subject, message, priority, cause } = state.request;
  const timeline = history.map(({ time, event }) => ({
    channel: "channel" in event.data ? event.data.channel : null,
    entry: {
      time,
      what: event.type,
      attempt: "attempt" in event.data ? event.data.attempt : null,
      code: "code" in event.data ? event.data.code : null,
      detail: "detail" in event.data ? event.data.detail : null,
    },
  }));
  const entriesOf = (channel: string | null) =>
    timeline.filter((each) => each.channel === channel).map((each) => each.entry);
  return {
    notificationId: id,
    at: state.at,
    recipient,
    subject: content?.subject ?? subject,
    message,
    body: content?.body ?? null,
    priority,
    channels: channelsOf(state).map((channel) => ({ ...channel, timeline: entriesOf(channel.channel) })),
    timeline: entriesOf(null),
    sms: content?.sms ?? null,
    wording: content === null ? null : { by: content.wording.by, reason: content.wording.reason },
    generatedBy: content?.wording.generatedBy ?? null,
    promptRef: content?.wording.promptRef ?? null,
    cause,
  };
}
