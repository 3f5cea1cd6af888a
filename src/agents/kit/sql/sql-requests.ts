import type { Kysely } from "kysely";
import { trusted } from "../process/trusted.ts";
import { NO_PROGRESS } from "../requests/requests.ts";
import type { Answer, KnownRequest, Progress, Requests } from "../requests/requests.ts";
import type { EmittedEvent } from "../handling/context.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";

/** Commands with an idempotency key, in SQL. */
export class SqlRequests implements Requests {
  readonly #db: Kysely<Record<string, KitTables["requests"]>>;
  readonly #table: string;
  readonly #now: () => string;

  constructor(db: unknown, names: TableNames, now: () => string) {
    this.#db = kitTables<KitTables["requests"]>(db);
    this.#table = names.requests;
    this.#now = now;
  }

  async find(id: string): Promise<KnownRequest | null> {
    const row = await this.#db.selectFrom(this.#table).selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) return null;
    return {
      fingerprint: row.fingerprint,
      correlationId: row.correlation_id,
      // All were written by save, the events alone by earlier versions.
      progress: {
        ...NO_PROGRESS,
        events: trusted<readonly EmittedEvent[]>(JSON.parse(row.events)),
        ...trusted<Partial<Progress>>(JSON.parse(row.progress ?? "{}")),
      },
      answer: row.answer === null ? null : trusted<Answer>(JSON.parse(row.answer)),
    };
  }

  async save(id: string, { fingerprint, correlationId, progress, answer }: KnownRequest): Promise<void> {
    const { events, ...rest } = progress;
    const values = {
      events: JSON.stringify(events),
      progress: JSON.stringify(rest),
      answer: answer === null ? null : JSON.stringify(answer),
    };
    const { numUpdatedRows } = await this.#db
      .updateTable(this.#table)
      .set(values)
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) return;
    await this.#db
      .insertInto(this.#table)
      .values({ id, fingerprint, correlation_id: correlationId, ...values, created_at: this.#now() })
      .execute();
  }
}
