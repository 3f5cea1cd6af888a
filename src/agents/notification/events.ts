/**
 * The published language of the notification agent: what its events carry. Other agents may import this
 * file and nothing else of this folder. A field may be added; one that is here keeps its name and meaning.
 */
import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

const priority = z.enum(["low", "normal", "high"]);
const channelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/)
  .describe("Name of a channel, e.g. console or file");

/** Payload of `agents.notification.send.requested`: someone asks for a notification. */
export const sendRequestedPayload = z.object({
  notificationId: z
    .uuid()
    .optional()
    .describe("Set where the notification exists already; left out, it is derived from the id of the event"),
  recipient: z.string().min(1).max(320).describe("E-mail address, E.164 number or the name of a group"),
  channels: z.array(channelName).min(1).optional().describe("Left out: the agent's configured channels"),
  subject: z.string().min(1).max(200).optional(),
  message: z.string().min(1).max(20_000),
  category: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/)
    .optional()
    .describe("What it is about, for recipients who want to hear of some things only; left out: general"),
  priority: priority.optional(),
});
export type SendRequestedPayload = z.infer<typeof sendRequestedPayload>;

/** Asks the notification agent to send; any agent may publish it. */
export const sendRequested = defineEvent("agents.notification.send.requested", sendRequestedPayload, {
  description: "A notification is asked for.",
});

const channelOutcome = z.object({
  channel: channelName,
  at: z.enum(["pending", "held", "sent", "delivered", "failed", "suppressed"]),
  attempts: z.int().min(0),
  code: z.string().nullable().describe("RFC 3463 enhanced status code of the last attempt, e.g. 2.0.0"),
  detail: z.string().nullable(),
});

/** Payload of `agents.notification.sent.completed`: every channel has accepted, refused or is not used; at least one accepted. */
export const sentCompletedPayload = z.object({
  notificationId: z.uuid().describe("Also the idempotency key that the channels see"),
  recipient: z.string(),
  subject: z.string(),
  priority,
  channels: z.array(channelOutcome),
  wording: z.object({
    by: z.enum(["model", "template"]).describe("Who wrote the sentence that opens the message"),
    reason: z.string().nullable().describe("Why the model's sentence was left out; null when it was used"),
  }),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable().describe("Null when no model was asked"),
  promptRef: z.string().nullable().describe("name@version+hash of the prompt; null when no model was asked"),
});

/** Published once per notification that left through at least one channel. */
export const sentCompleted = defineEvent("agents.notification.sent.completed", sentCompletedPayload, {
  description: "A notification was handed to its channels.",
});

/** Payload of `agents.notification.delivery.confirmed`: a receipt from the outside. */
export const deliveryConfirmedPayload = z.object({
  notificationId: z.uuid(),
  recipient: z.string(),
  channel: channelName,
  code: z.string(),
});

/** Published when a receipt says that a channel's message reached its recipient. */
export const deliveryConfirmed = defineEvent(
  "agents.notification.delivery.confirmed",
  deliveryConfirmedPayload,
  {
    description: "A receipt confirms that a notification reached its recipient.",
  },
);

/** Payload of `agents.notification.delivery.failed`: no channel is left that could still deliver. */
export const deliveryFailedPayload = z.object({
  notificationId: z.uuid(),
  recipient: z.string(),
  subject: z.string(),
  priority,
  reason: z.string(),
  channels: z.array(channelOutcome),
});

export type DeliveryFailedPayload = z.infer<typeof deliveryFailedPayload>;

/** Published once, when every channel of a notification has failed for good. */
export const deliveryFailed = defineEvent("agents.notification.delivery.failed", deliveryFailedPayload, {
  description: "A notification could not be delivered through any of its channels.",
});

/** Every event type that the notification agent publishes. */
export const events: readonly EventDefinition[] = [
  sendRequested,
  sentCompleted,
  deliveryConfirmed,
  deliveryFailed,
];
