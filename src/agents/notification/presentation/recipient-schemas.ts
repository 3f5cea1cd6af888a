import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import type { Preferences } from "../domain/preferences.ts";
import { categoryName, channelName } from "./schemas.ts";

const recipient = z.string().min(1).max(320).describe("E-mail address, E.164 number or the name of a group");
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 22:30");

export const recipientInput = z.object({ recipient });

export const preferencesInput = z.object({
  recipient,
  channels: z
    .array(channelName)
    .max(20)
    .nullable()
    .default(null)
    .describe("Channels that may be used; null: whichever a notification asks for"),
  addresses: z
    .record(channelName, z.string().min(1).max(320))
    .default({})
    .describe("Where email, sms and push reach them"),
  optOut: z.array(categoryName).max(50).default([]).describe("Categories that they do not want to hear of"),
  quietHours: z
    .object({
      timeZone: z.string().min(1).max(100).describe("Europe/London"),
      from: timeOfDay,
      to: timeOfDay.describe("Before from: on the next day"),
    })
    .nullable()
    .default(null)
    .describe("When nothing disturbs them: email, sms, push, teams and slack are held until they end"),
  urgent: z
    .object({ ignoresQuietHours: z.boolean().default(true), ignoresOptOut: z.boolean().default(false) })
    .default({ ignoresQuietHours: true, ignoresOptOut: false })
    .describe("What a notification of high priority does not heed"),
});

export const preferencesView = z.object({
  recipient: z.string(),
  version: z.number().describe("0: they have never said anything"),
  channels: z.array(z.string()).nullable(),
  addresses: z.record(z.string(), z.string()),
  optOut: z.array(z.string()),
  quietHours: z.object({ timeZone: z.string(), from: z.string(), to: z.string() }).nullable(),
  urgent: z.object({ ignoresQuietHours: z.boolean(), ignoresOptOut: z.boolean() }),
});

const reason = z.enum(["hard-bounce", "complaint", "manual"]);
const address = z.string().min(1).max(320).describe("E-mail address, E.164 number or device");

export const addressInput = z.object({ address });

export const suppressInput = z.object({
  address,
  reason: reason.default("manual"),
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null).describe("Null: until it is lifted"),
  note: z.string().max(1000).nullable().default(null),
});

export const suppressionView = z.object({
  address: z.string(),
  reason,
  since: z.string(),
  expiresAt: z.string().nullable(),
  note: z.string().nullable(),
  notificationId: z.string().nullable().describe("The notification that it comes from"),
});

export const listSuppressionsInput = z.object({
  reason: reason.optional(),
  ...pageQuery(z.tuple([z.string().min(1).max(320)])),
});

export const suppressionPage = pageOf(suppressionView);

export const liftedView = z.object({ address: z.string(), suppressed: z.literal(false) });

/** Preferences as the API shows them. */
export function toPreferencesView(
  of: string,
  { channels, addresses, optOut, quietHours, urgent }: Preferences,
  version: number,
): z.input<typeof preferencesView> {
  return {
    recipient: of,
    version,
    channels: channels === null ? null : [...channels],
    addresses: { ...addresses },
    optOut: [...optOut],
    quietHours,
    urgent,
  };
}
