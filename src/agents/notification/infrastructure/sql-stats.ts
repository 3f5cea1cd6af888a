import type { AgentKit } from "agents-apphost/kit";
import type { DeliveryFigures, StatsFilter } from "../application/ports.ts";
import type { SendTimes, Tally } from "../domain/stats.ts";
import type { NotificationTables } from "./tables.ts";

/** Counts and times from the list of deliveries, worked out by the database. */
export class SqlDeliveryFigures implements DeliveryFigures {
  readonly #kit: Pick<AgentKit<NotificationTables>, "db">;

  constructor(kit: Pick<AgentKit<NotificationTables>, "db">) {
    this.#kit = kit;
  }

  async tallies(filter: StatsFilter): Promise<readonly Tally[]> {
    const rows = await this.#asked(filter)
      .select((eb) => [
        "c.channel",
        "c.state",
        "c.code",
        "c.suppressed_by",
        eb.fn.countAll().as("notifications"),
        eb.fn.sum(eb("c.attempts", "+", eb.ref("c.earlier_attempts"))).as("attempts"),
      ])
      .groupBy(["c.channel", "c.state", "c.code", "c.suppressed_by"])
      .execute();
    return rows.map(({ channel, state, code, suppressed_by, notifications, attempts }) => ({
      channel,
      at: state,
      code,
      suppressedBy: suppressed_by,
      notifications: Number(notifications),
      attempts: Number(attempts),
    }));
  }

  /** Percentiles by nearest rank: the smallest time that at least so many percent are not above. */
  async sendTimes(filter: StatsFilter): Promise<readonly (SendTimes & { readonly channel: string })[]> {
    const ranked = this.#asked(filter)
      .select((eb) => [
        "c.channel",
        "c.sent_ms",
        eb.fn
          .agg<number>("row_number")
          .over((over) => over.partitionBy("c.channel").orderBy("c.sent_ms"))
          .as("place"),
        eb.fn
          .countAll<number>()
          .over((over) => over.partitionBy("c.channel"))
          .as("total"),
      ])
      .where("c.state", "in", ["sent", "delivered"])
      .where("c.sent_ms", "is not", null);
    const rows = await this.#kit.db
      .selectFrom(ranked.as("ranked"))
      .select((eb) => {
        // place ≥ total × percent / 100, turned around: the places are the wider numbers on SQL Server.
        const atLeast = (percent: number) =>
          eb
            .case()
            .when(eb(eb(eb("place", "*", 100), "/", percent), ">=", eb.ref("total")))
            .then(eb.ref("sent_ms"))
            .end();
        return [
          "channel",
          eb.fn.countAll().as("count"),
          eb.fn.min(atLeast(50)).as("p50"),
          eb.fn.min(atLeast(95)).as("p95"),
        ];
      })
      .groupBy("channel")
      .execute();
    return rows.map(({ channel, count, p50, p95 }) => ({
      channel,
      count: Number(count),
      p50Ms: Number(p50),
      p95Ms: Number(p95),
    }));
  }

  /** The channels of what was asked for in a range. */
  #asked({ since, until, channel }: StatsFilter) {
    return this.#kit.db
      .selectFrom("notification_channels as c")
      .innerJoin("notification_deliveries as d", "d.notification_id", "c.notification_id")
      .$if(since !== null, (rows) => rows.where("d.requested_at", ">=", since))
      .$if(until !== null, (rows) => rows.where("d.requested_at", "<", until))
      .$if(channel !== null, (rows) => rows.where("c.channel", "=", channel));
  }
}
