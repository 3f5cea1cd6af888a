import { eventCodec } from "agents-apphost/kit";
import { z } from "zod";
import type { NotificationEvent } from "../domain/notification-event.ts";

const attempt = z.object({
  channel: z.string(),
  attempt: z.number(),
  code: z.string(),
  detail: z.string().nullable(),
});

const requested = z.object({
  recipient: z.string(),
  channels: z.array(z.string()),
  subject: z.string(),
  message: z.string(),
  category: z.string(),
  priority: z.enum(["low", "normal", "high"]),
  cause: z.object({ kind: z.enum(["event", "command"]), id: z.string(), eventType: z.string().nullable() }),
  lineage: z.object({
    correlationId: z.string(),
    causationId: z.string(),
    depth: z.number(),
    traceparent: z.string().nullable(),
  }),
});

const rendered = z.object({
  subject: z.string(),
  body: z.string(),
  sms: z.object({
    text: z.string(),
    encoding: z.enum(["GSM-7", "UCS-2"]),
    units: z.number(),
    segments: z.number(),
  }),
  wording: z.object({
    by: z.enum(["model", "template"]),
    reason: z.string().nullable(),
    generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
    promptRef: z.string().nullable(),
  }),
});

const accepted = z.object({ channel: z.string(), address: z.string() });
const suppressed = z.object({
  channel: z.string(),
  cause: z.enum(["channel-off", "opted-out", "hard-bounce", "complaint", "manual", "cancelled"]),
  detail: z.string(),
});
const nothing = z.record(z.string(), z.never());
const reason = z.object({ reason: z.string() });

const causeOf = z.object({ cause: z.object({ id: z.string() }) });
const textOf = z.object({ body: z.string(), sms: z.record(z.string(), z.unknown()) });

/** Stored events, read back. A shape that changes gets an upcaster here. */
export const notificationCodec = eventCodec<NotificationEvent>(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("requested"), data: requested }),
    z.object({ type: z.literal("rendered"), data: rendered }),
    z.object({ type: z.literal("channel-accepted"), data: accepted }),
    z.object({ type: z.literal("channel-held"), data: accepted.extend({ until: z.string() }) }),
    z.object({ type: z.literal("channel-suppressed"), data: suppressed }),
    z.object({
      type: z.literal("channel-begun"),
      data: z.object({ channel: z.string(), by: z.string(), until: z.string() }),
    }),
    z.object({ type: z.literal("channel-sent"), data: attempt.extend({ messageId: z.string().nullable() }) }),
    z.object({
      type: z.literal("channel-deferred"),
      data: attempt.extend({ retryAt: z.string(), by: z.string().optional() }),
    }),
    z.object({ type: z.literal("channel-failed"), data: attempt }),
    z.object({ type: z.literal("channel-confirmed"), data: attempt }),
    z.object({
      type: z.literal("channel-complained"),
      data: z.object({ channel: z.string(), detail: z.string().nullable() }),
    }),
    z.object({ type: z.literal("reopened"), data: nothing }),
    z.object({ type: z.literal("sent"), data: nothing }),
    z.object({ type: z.literal("failed"), data: reason }),
    z.object({ type: z.literal("suppressed"), data: reason }),
  ]),
  {
    // Version 2 has categories, and the flow that later attempts belong to. The bus tried again what was written before.
    requested: [
      (data) => {
        const { id } = causeOf.parse(data).cause;
        const lineage = { correlationId: id, causationId: id, depth: 0, traceparent: null };
        return { ...data, category: "general", lineage };
      },
    ],
    // Version 2 keeps the short message itself.
    rendered: [
      (data) => {
        const { body, sms } = textOf.parse(data);
        return { ...data, sms: { ...sms, text: body } };
      },
    ],
    "channel-sent": [(data) => ({ ...data, messageId: null })],
    // Due since long ago.
    "channel-deferred": [(data) => ({ ...data, retryAt: new Date(0).toISOString() })],
  },
);
