import { anyOf } from "agents-apphost/kit";
import type { AgentKit, LaterWork } from "agents-apphost/kit";
import { abandonedAt } from "../domain/retry.ts";
import type { NotificationTables } from "./tables.ts";

type Db = AgentKit<NotificationTables>["db"];

/** Notifications that are looked for at a time. */
const BATCH = 20;
/** Attempts that are under way at a time on one channel: a slow server keeps no other channel waiting. */
const PLACES = 10;

/**
 * Makes attempts that are due. What is due stands in the database: after a start, and after a crash, all of it is
 * taken up again, and of several replicas one makes the attempt.
 */
export class DueDeliveries {
  readonly #db: () => Db;
  readonly #clock: () => Date;
  readonly #attempt: (id: string, signal: AbortSignal) => Promise<void>;
  readonly #placeFree: () => void;
  /** The channels of the attempts that are under way here. */
  readonly #underWay = new Set<readonly string[]>();

  constructor(options: {
    readonly db: () => Db;
    readonly clock: () => Date;
    /** Delivers what is due of a notification. Never rejects. */
    readonly attempt: (id: string, signal: AbortSignal) => Promise<void>;
    /** Told when an attempt is over for whose place others may have waited. */
    readonly placeFree: () => void;
  }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#attempt = options.attempt;
    this.#placeFree = options.placeFree;
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

  /** Begins what is due, as far as there is place for it. Answers when the next one is due for which there is. */
  async takeUp(signal: AbortSignal): Promise<number | null> {
    while (!signal.aborted) {
      const due = await this.#due();
      if (due.size === 0) break;
      for (const [id, channels] of due) {
        if (signal.aborted || channels.some((channel) => this.#isFull(channel))) continue;
        if (await this.#claim(id)) this.#begin(id, channels, signal);
      }
    }
    const row = await this.#db()
      .selectFrom("notification_channels")
      .select("due_at")
      .where("due_at", "is not", null)
      .where("channel", "not in", anyOf(this.#full()))
      .orderBy("due_at")
      .limit(1)
      .executeTakeFirst();
    return row?.due_at === undefined || row.due_at === null ? null : Date.parse(row.due_at);
  }

  #begin(id: string, channels: readonly string[], signal: AbortSignal): void {
    this.#underWay.add(channels);
    void this.#attempt(id, signal).finally(() => {
      const wasFull = channels.some((channel) => this.#isFull(channel));
      this.#underWay.delete(channels);
      if (wasFull) this.#placeFree();
    });
  }

  #isFull(channel: string): boolean {
    const taken = [...this.#underWay].filter((channels) => channels.includes(channel));
    return taken.length >= PLACES;
  }

  #full(): readonly string[] {
    return [...new Set([...this.#underWay].flat())].filter((channel) => this.#isFull(channel));
  }

  /** What is due on channels that have a place. */
  async #due(): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.#db()
      .selectFrom("notification_channels")
      .select(["notification_id", "channel"])
      .where("due_at", "<=", this.#now())
      .where("channel", "not in", anyOf(this.#full()))
      .orderBy("due_at")
      .limit(BATCH)
      .execute();
    const channelsOf = Map.groupBy(rows, (row) => row.notification_id);
    return new Map([...channelsOf].map(([id, due]) => [id, due.map(({ channel }) => channel)]));
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
