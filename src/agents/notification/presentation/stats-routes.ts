import { query } from "agents-apphost/kit";
import type { QueryRoute } from "agents-apphost/kit";
import { z } from "zod";
import type { DeliveryStats } from "../application/delivery-stats.ts";
import { channelName } from "./schemas.ts";

const count = z.number().int();

const time = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: "expected a time with its offset, such as 2026-03-01T00:00:00Z; in a URL + is written %2B",
  })
  .refine(
    // Stored times are compared as text, which a year of five digits is not made for.
    (text) => new Date(text).toISOString().length === "2026-03-01T00:00:00.000Z".length,
    "expected a time whose year has four digits in UTC",
  );

const statsInput = z.object({
  since: time.optional().describe("Asked for then or later; left out: from the first on"),
  until: time.optional().describe("Asked for before that; left out: until now"),
  channel: channelName.optional().describe("One channel; left out: each of them"),
});

const statsView = z.object({
  since: z.string().nullable(),
  until: z.string().nullable(),
  channels: z.array(
    z.object({
      channel: z.string(),
      asked: count.describe("The sum of the states"),
      pending: count.describe("Under way"),
      deferred: count.describe("Refused for now: tried again later"),
      held: count.describe("Waits for the end of quiet hours"),
      sent: count.describe("Taken by the other side, which has confirmed nothing"),
      delivered: count.describe("Confirmed by a receipt"),
      failed: z.object({
        total: count,
        byClass: z
          .object({ transient: count, permanent: count })
          .describe("transient: given up after the last attempt"),
        byCause: z
          .record(z.string(), count)
          .describe(
            "By the subject of the code (RFC 3463): address, mailbox, system, network, protocol, content, policy, other",
          ),
      }),
      suppressed: z.object({
        total: count,
        byReason: z
          .record(z.string(), count)
          .describe("channel-off, opted-out, hard-bounce, complaint, manual, cancelled"),
      }),
      attempts: count.describe("All of them, also before something was opened again by hand"),
      timeToSent: z
        .object({ count, p50Ms: z.number().nullable(), p95Ms: z.number().nullable() })
        .describe("From asked to sent, over what is sent or delivered; percentiles by nearest rank"),
    }),
  ),
});

/** How deliveries went. */
export function statsRoutes(stats: DeliveryStats): readonly QueryRoute[] {
  return [
    query({
      name: "GetDeliveryStats",
      path: "/stats",
      description: "What has become of what was asked for in a range of time, by channel.",
      input: statsInput,
      output: statsView,
      handler: async ({ channel = null, ...range }) => {
        const [since, until] = [inUtc(range.since), inUtc(range.until)];
        const channels = await stats.handle({ since, until, channel });
        return { since, until, channels: [...channels] };
      },
    }),
  ];
}

function inUtc(text: string | undefined): string | null {
  return text === undefined ? null : new Date(text).toISOString();
}
