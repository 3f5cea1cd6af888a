import type { Kysely } from "kysely";
import { trusted } from "../process/trusted.ts";
import { keyReused } from "../requests/idempotency-key.ts";
import { isAnswered } from "../requests/requests.ts";
import { NO_PROGRESS } from "../requests/progress.ts";
import type { Answer, AnsweredRequest, KnownRequest, Requests } from "../requests/requests.ts";
import type { Progress } from "../requests/progress.ts";
import type { EmittedEvent } from "../events/emit.ts";
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
      // All were written by columnsOf, the events alone by earlier versions.
      progress: {
        ...NO_PROGRESS,
        events: trusted<readonly EmittedEvent[]>(JSON.parse(row.events)),
        ...trusted<Partial<Progress>>(JSON.parse(row.progress ?? "{}")),
      },
      answer: row.answer === null ? null : trusted<Answer>(JSON.parse(row.answer)),
    };
  }

  /** Notes what a unit of work commits, in its transaction, which must hold the lock of appends. */
  async note(id: string, request: KnownRequest): Promise<void> {
    const { events, progress } = columnsOf(request);
    const { numUpdatedRows } = await this.#db
      .updateTable(this.#table)
      .set({ events, progress })
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) await this.#insert(id, request);
  }

  async conclude(id: string, request: AnsweredRequest): Promise<AnsweredRequest> {
    for (;;) {
      const { numUpdatedRows } = await this.#db
        .updateTable(this.#table)
        .set(columnsOf(request))
        .where("id", "=", id)
        .where("fingerprint", "=", request.fingerprint)
        .where("answer", "is", null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n || (await this.#insert(id, request))) return request;
      const found = await this.find(id);
      if (found !== null && found.fingerprint !== request.fingerprint) throw keyReused();
      if (isAnswered(found)) return found;
      // Its first unit of work was committed in between.
    }
  }

  /** False when there is one. */
  async #insert(id: string, request: KnownRequest): Promise<boolean> {
    const { fingerprint, correlationId: correlation_id } = request;
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto(this.#table)
      .values({ id, fingerprint, correlation_id, ...columnsOf(request), created_at: this.#now() })
      .onConflict((conflict) => conflict.columns(["id"]).doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows !== 0n;
  }
}

function columnsOf({ progress: { events, ...rest }, answer }: KnownRequest) {
  return {
    events: JSON.stringify(events),
    progress: JSON.stringify(rest),
    answer: answer === null ? null : JSON.stringify(answer),
  };
}
