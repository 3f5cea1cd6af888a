import type { Kysely } from "kysely";
import type { CloudEvent } from "../events/standard-event.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { anyOf } from "./any-of.ts";
import type { KitTables, TableNames } from "./tables.ts";
import { trusted } from "../process/trusted.ts";

/** The outbox table of one agent. */
export class SqlOutbox implements Outbox {
  readonly #db: Kysely<Record<string, KitTables["outbox"]>>;
  readonly #table: string;

  constructor(db: Kysely<Record<string, KitTables["outbox"]>>, names: TableNames) {
    this.#db = db;
    this.#table = names.outbox;
  }

  async pending(): Promise<number> {
    const row = await this.#db
      .selectFrom(this.#table)
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirst();
    return row?.count ?? 0;
  }

  async read(limit: number, skip: ReadonlySet<string>): Promise<readonly CloudEvent[]> {
    const rows = await this.#db
      .selectFrom(this.#table)
      .select("envelope")
      .where("id", "not in", anyOf(skip))
      .orderBy("seq")
      .limit(limit)
      .execute();
    return rows.map((row) => trusted<CloudEvent>(JSON.parse(row.envelope))); // written by the unit of work
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#db.deleteFrom(this.#table).where("id", "in", anyOf(ids)).execute();
  }
}
