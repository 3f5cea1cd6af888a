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
  priority: z.enum(["low", "normal", "high"]),
  cause: z.object({ kind: z.enum(["event", "command"]), id: z.string(), eventType: z.string().nullable() }),
});

const rendered = z.object({
  subject: z.string(),
  body: z.string(),
  sms: z.object({ encoding: z.enum(["GSM-7", "UCS-2"]), units: z.number(), segments: z.number() }),
  wording: z.object({
    by: z.enum(["model", "template"]),
    reason: z.string().nullable(),
    generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
    promptRef: z.string().nullable(),
  }),
});

/** Stored events, read back. A stored event keeps its shape for ever: a change of one is a new type. */
export const notificationCodec: z.ZodType<NotificationEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("requested"), data: requested }),
  z.object({ type: z.literal("rendered"), data: rendered }),
  z.object({ type: z.literal("channel-sent"), data: attempt }),
  z.object({ type: z.literal("channel-deferred"), data: attempt }),
  z.object({ type: z.literal("channel-failed"), data: attempt }),
  z.object({ type: z.literal("channel-confirmed"), data: attempt }),
  z.object({ type: z.literal("sent"), data: z.record(z.string(), z.never()) }),
  z.object({ type: z.literal("failed"), data: z.object({ reason: z.string() }) }),
]);
