import type { AgentKit, LaterWork } from "agents-apphost/kit";
import { abandonedAt } from "./channel-rows.ts";
import type { NotificationTables } from "./tables.ts";

type Db = AgentKit<NotificationTables>["db"];

/** Due notifications that are taken up at once. */
const BATCH = 20;
/** Another replica may have left something behind. */
const LONGEST_SLEEP_MS = 60_000;
const AFTER_FAILURE_MS = 5000;

/**
 * Makes attempts when they are due. What is due stands in the database: after a start, and after a crash, all of it is
 * taken up again, and of several replicas one makes the attempt.
 */
export class DueDeliveries {
  readonly #db: () => Db;
  readonly #clock: () => Date;
  readonly #attempt: (id: string, claim: () => Promise<boolean>) => Promise<void>;
  readonly #log: AgentKit["log"];
  #timer: NodeJS.Timeout | null = null;
  #armedFor = Infinity;
  #running = false;
  #stopped = false;

  constructor(options: {
    readonly db: () => Db;
    readonly clock: () => Date;
    /** Delivers what is due of a notification, if it can be claimed. */
    readonly attempt: (id: string, claim: () => Promise<boolean>) => Promise<void>;
    readonly log: AgentKit["log"];
  }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#attempt = options.attempt;
    this.#log = options.log;
  }

  /** Takes up what came due while nobody was here. */
  start(): void {
    this.#arm(this.#clock().getTime());
  }

  /** Says that something is due at that time. */
  expect(at: string): void {
    this.#arm(Date.parse(at));
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

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #arm(at: number): void {
    if (this.#stopped || at >= this.#armedFor) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#armedFor = at;
    const wait = Math.min(Math.max(0, at - this.#clock().getTime()), LONGEST_SLEEP_MS);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#armedFor = Infinity;
      // One that is under way looks once more before it ends.
      if (!this.#running) void this.#pass();
    }, wait);
    this.#timer.unref();
  }

  async #pass(): Promise<void> {
    this.#running = true;
    let next: number;
    try {
      next = await this.#takeUp();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#stopped) this.#log.warn("deliveries that are due wait", { reason });
      next = this.#clock().getTime() + AFTER_FAILURE_MS;
    }
    this.#running = false;
    this.#arm(next);
  }

  /** Answers when it has to be looked again. */
  async #takeUp(): Promise<number> {
    for (;;) {
      if (this.#stopped) return Infinity;
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
    const soon = this.#clock().getTime() + LONGEST_SLEEP_MS;
    return row?.due_at === undefined || row.due_at === null ? soon : Math.min(soon, Date.parse(row.due_at));
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
