import type { AgentKit } from "agents-apphost/kit";
import type { DeliveryFigures, StatsFilter } from "../application/ports.ts";
import type { Tally } from "../domain/stats.ts";
import type { NotificationTables } from "./tables.ts";

/** Counts and times from the list of deliveries, worked out by the database. */
export class SqlDeliveryFigures implements DeliveryFigures {
  readonly #kit: Pick<AgentKit<NotificationTables>, "db">;

  constructor(kit: Pick<AgentKit<NotificationTables>, "db">) {
    this.#kit = kit;
  }

  /** One statement, so that no delivery can fall between counts and times. */
  async tallies(filter: StatsFilter): Promise<readonly Tally[]> {
    const rows = await this.#kit.db
      .selectFrom(this.#ranked(filter).as("ranked"))
      .select((eb) => {
        // Nearest rank: place ≥ total × percent / 100, turned around, as the places are the wider numbers on SQL Server.
        const atLeast = (percent: number) =>
          eb
            .case()
            .when(eb(eb(eb("place", "*", 100), "/", percent), ">=", eb.ref("total")))
            .then(eb.ref("sent_after"))
            .end();
        return [
          "channel",
          "state",
          "code",
          "suppressed_by",
          eb.fn.countAll().as("notifications"),
          eb.fn.sum("all_attempts").as("attempts"),
          eb.fn.count("sent_after").as("timed"),
          eb.fn.min(atLeast(50)).as("p50"),
          eb.fn.min(atLeast(95)).as("p95"),
        ];
      })
      .groupBy(["channel", "state", "code", "suppressed_by"])
      .execute();
    return rows.map(({ channel, state, code, suppressed_by, p50, p95, ...row }) => ({
      channel,
      at: state,
      code,
      suppressedBy: suppressed_by,
      notifications: Number(row.notifications),
      attempts: Number(row.attempts),
      timed: Number(row.timed),
      p50Ms: milliseconds(p50),
      p95Ms: milliseconds(p95),
    }));
  }

  /**
   * The channels of what was asked for in a range. What is sent or delivered has a time, `sent_after`, and its place among the
   * `total` of those of its channel; the others come behind.
   */
  #ranked({ since, until, channel }: StatsFilter) {
    return this.#kit.db
      .selectFrom("notification_channels as c")
      .innerJoin("notification_deliveries as d", "d.notification_id", "c.notification_id")
      .select((eb) => {
        const timed = eb.case().when("c.state", "in", ["sent", "delivered"]).then(eb.ref("c.sent_ms")).end();
        const isBehind = eb.case().when(timed, "is", null).then(1).else(0).end();
        return [
          "c.channel",
          "c.state",
          "c.code",
          "c.suppressed_by",
          eb("c.attempts", "+", eb.ref("c.earlier_attempts")).as("all_attempts"),
          timed.as("sent_after"),
          eb.fn
            .agg<number>("row_number")
            .over((over) => over.partitionBy("c.channel").orderBy(isBehind).orderBy(timed))
            .as("place"),
          eb.fn
            .count<number>(timed)
            .over((over) => over.partitionBy("c.channel"))
            .as("total"),
        ];
      })
      .$if(since !== null, (rows) => rows.where("d.requested_at", ">=", since))
      .$if(until !== null, (rows) => rows.where("d.requested_at", "<", until))
      .$if(channel !== null, (rows) => rows.where("c.channel", "=", channel));
  }
}

/** SQL Server's wide integers come as text. */
function milliseconds(time: number | string | null): number | null {
  return time === null ? null : Number(time);
}
