import type { AgentKit, LaterWork } from "agents-apphost/kit";
import { abandonedAt } from "./channel-rows.ts";
import type { NotificationTables } from "./tables.ts";

type Db = AgentKit<NotificationTables>["db"];

/** Due notifications that are taken up at once. */
const BATCH = 20;

/**
 * Makes attempts that are due. What is due stands in the database: after a start, and after a crash, all of it is
 * taken up again, and of several replicas one makes the attempt.
 */
export class DueDeliveries {
  readonly #db: () => Db;
  readonly #clock: () => Date;
  readonly #attempt: (id: string, claim: () => Promise<boolean>) => Promise<void>;

  constructor(options: {
    readonly db: () => Db;
    readonly clock: () => Date;
    /** Delivers what is due of a notification, if it can be claimed. */
    readonly attempt: (id: string, claim: () => Promise<boolean>) => Promise<void>;
  }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#attempt = options.attempt;
  }

  /** What is still open in a flow, and when the first of it is due. */
  async laterIn(correlationId: string): Promise<LaterWork> {
    const { pending, due_at } = await this.#db()
      .selectFrom("notification_channels as c")
      .innerJoin("notification_deliveries as d", "d.notification_id", "c.notification_id")
      .select((eb) => [eb.fn.countAll().as("pending"), eb.fn.min("c.due_at").as("due_at")])
      .where("c.due_at", "is not", null)
      .where("d.correlation_id", "=", correlationId)
      .executeTakeFirstOrThrow();
    return { pending: Number(pending), dueAt: due_at };
  }

  /** Answers when the next one is due. */
  async takeUp(signal: AbortSignal): Promise<number | null> {
    while (!signal.aborted) {
      const ids = await this.#due();
      if (ids.length === 0) break;
      await Promise.all(ids.map((id) => this.#attempt(id, () => this.#claim(id))));
    }
    const row = await this.#db()
      .selectFrom("notification_channels")
      .select("due_at")
      .where("due_at", "is not", null)
      .orderBy("due_at")
      .limit(1)
      .executeTakeFirst();
    return row?.due_at === undefined || row.due_at === null ? null : Date.parse(row.due_at);
  }

  async #due(): Promise<readonly string[]> {
    const rows = await this.#db()
      .selectFrom("notification_channels")
      .select("notification_id")
      .where("due_at", "<=", this.#now())
      .orderBy("due_at")
      .limit(BATCH)
      .execute();
    return [...new Set(rows.map((row) => row.notification_id))];
  }

  /** True for the one who moves the time on: everybody else finds that nothing is due any more. */
  async #claim(id: string): Promise<boolean> {
    const now = this.#now();
    const { numUpdatedRows } = await this.#db()
      .updateTable("notification_channels")
      .set({ due_at: abandonedAt(now) })
      .where("notification_id", "=", id)
      .where("due_at", "<=", now)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  #now(): string {
    return this.#clock().toISOString();
  }
}
