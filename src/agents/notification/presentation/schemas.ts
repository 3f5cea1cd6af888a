import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import type { NotificationHistory } from "../application/ports.ts";
import { classOfEnhancedCode } from "../domain/delivery-status.ts";
import type { NotificationEvent } from "../domain/notification-event.ts";
import { READABLE } from "../domain/render.ts";

export const channelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, "expected a channel's name, such as console or file");

export const categoryName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "expected a category: lower-case letters, digits and hyphens");

const words = (most: number) =>
  z.string().min(1).max(most).regex(READABLE, "expected something that can be read");

export const sendInput = z.object({
  recipient: z.string().min(1).max(320).describe("E-mail address, E.164 number or the name of a group"),
  channels: z.array(channelName).min(1).optional(),
  subject: words(200).optional(),
  message: words(20_000),
  category: categoryName
    .optional()
    .describe("What it is about; recipients may opt out of one. Left out: general"),
  priority: z.enum(["low", "normal", "high"]).optional(),
});

export const receiptInput = z.object({
  channel: channelName,
  notificationId: z.uuid().optional(),
  messageId: z.string().min(1).max(255).optional().describe("The gateway's id, or the Message-ID of a mail"),
  code: z
    .string()
    .optional()
    .describe("RFC 3463 enhanced status code: 2.0.0 delivered, 5.1.1 no such mailbox"),
  detail: z.string().max(1000).optional(),
  complaint: z.boolean().optional().describe("True: the recipient has called it a nuisance"),
  report: z
    .string()
    .max(20_000)
    .optional()
    .describe("The message/delivery-status part of a bounce (RFC 3464), as it stands"),
});

export const getInput = z.object({ notificationId: z.uuid() });

export const cancelInput = getInput.extend({ reason: z.string().min(1).max(500).default("taken back") });

const notificationState = z.enum(["requested", "rendered", "sent", "delivered", "failed", "suppressed"]);

export const listInput = z.object({
  at: notificationState.optional(),
  ...pageQuery(z.tuple([z.iso.datetime(), z.uuid()])),
});

const timelineEntry = z.object({
  time: z.string(),
  what: z
    .string()
    .describe("requested, rendered, channel-accepted, channel-begun, channel-sent, channel-deferred, …"),
  attempt: z.number().nullable(),
  code: z.string().nullable(),
  class: z.enum(["success", "transient", "permanent"]).nullable().describe("What the code means"),
  detail: z.string().nullable(),
  until: z
    .string()
    .nullable()
    .describe("When it is tried again, not held any more, or nobody waits for its attempt"),
});

export const notificationView = z.object({
  notificationId: z.uuid(),
  at: notificationState,
  recipient: z.string(),
  subject: z.string(),
  message: z.string(),
  body: z.string().nullable().describe("What was sent; the message, perhaps with a sentence before it"),
  category: z.string(),
  priority: z.enum(["low", "normal", "high"]),
  channels: z.array(
    z.object({
      channel: z.string(),
      at: z.enum(["pending", "held", "sent", "delivered", "failed", "suppressed"]),
      address: z.string().nullable(),
      attempts: z.number(),
      code: z.string().nullable(),
      detail: z.string().nullable(),
      dueAt: z.string().nullable().describe("When it is tried next"),
      suppressedBy: z.string().nullable(),
      timeline: z.array(timelineEntry),
    }),
  ),
  timeline: z.array(timelineEntry).describe("What concerns the notification as a whole"),
  sms: z
    .object({ text: z.string(), encoding: z.string(), units: z.number(), segments: z.number() })
    .nullable(),
  wording: z.object({ by: z.enum(["model", "template"]), reason: z.string().nullable() }).nullable(),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
  cause: z.object({ kind: z.string(), id: z.string(), eventType: z.string().nullable() }),
});

export const deliveryPage = pageOf(
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
);

/** A notification as the API shows it; `undefined` when there is none. */
export function toView({
  id,
  state,
  history,
}: NotificationHistory): z.input<typeof notificationView> | undefined {
  if (state.at === "none") return undefined;
  const content = state.at === "requested" ? null : state.content;
  const { recipient, subject, message, category, priority, cause, channels } = state.request;
  const timeline = history.map(({ time, event }) => ({
    channel: "channel" in event.data ? event.data.channel : null,
    entry: { time, ...entryOf(event) },
  }));
  const entriesOf = (channel: string | null) =>
    timeline
      .filter((each) => each.channel === channel)
      .map((each) => each.entry)
      // That an attempt has begun is news until there is some.
      .filter(({ what }, index, { length }) => what !== "channel-begun" || index === length - 1);
  return {
    notificationId: id,
    at: state.at,
    recipient,
    subject: content?.subject ?? subject,
    message,
    body: content?.body ?? null,
    category,
    priority,
    channels: channels.map(({ channel, at, address, attempts, last, dueAt, suppressedBy }) => ({
      channel,
      at,
      address,
      attempts,
      dueAt,
      suppressedBy,
      code: last?.code ?? null,
      detail: last?.detail ?? null,
      timeline: entriesOf(channel),
    })),
    timeline: entriesOf(null),
    sms: content?.sms ?? null,
    wording: content === null ? null : { by: content.wording.by, reason: content.wording.reason },
    generatedBy: content?.wording.generatedBy ?? null,
    promptRef: content?.wording.promptRef ?? null,
    cause,
  };
}

function entryOf({ type, data }: NotificationEvent): Omit<z.input<typeof timelineEntry>, "time"> {
  const code = "code" in data ? data.code : null;
  return {
    what: type,
    attempt: "attempt" in data ? data.attempt : null,
    code,
    class: code === null ? null : (classOfEnhancedCode(code) ?? null),
    detail: detailOf(data),
    until: "until" in data ? data.until : "retryAt" in data ? data.retryAt : null,
  };
}

function detailOf(data: NotificationEvent["data"]): string | null {
  if ("cause" in data && typeof data.cause === "string") return `${data.cause}: ${data.detail}`;
  if ("detail" in data) return data.detail;
  if ("reason" in data) return data.reason ?? null;
  return "address" in data ? `to ${data.address}` : null;
}
