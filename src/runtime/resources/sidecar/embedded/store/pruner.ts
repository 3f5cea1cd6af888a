import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Bus } from "../bus/bus.ts";

/** How long the journal is kept. An event with a delivery that is still to be made is kept anyway. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxEvents: number;
  /** How often to look, in ms. */
  readonly everyMs: number;
}

export const DEFAULT_RETENTION: Retention = {
  maxAgeMs: 7 * 24 * 3600 * 1000,
  maxEvents: 100_000,
  everyMs: 30_000,
};

/** One step removes at most so many: a few milliseconds. */
const STEP = 200;
const BETWEEN_STEPS_MS = 20;

const FINISHED = `NOT EXISTS (SELECT 1 FROM deliveries WHERE event = seq AND status IN ('pending', 'delivering', 'retrying'))`;

/** Removes what is older than the retention, in small steps and only while nothing is being delivered. */
export class Pruner {
  readonly #bus: Bus;
  readonly #retention: Retention;
  readonly #interval: NodeJS.Timeout;
  readonly #keepFrom: StatementSync;
  readonly #old: StatementSync;
  readonly #removeDeliveries: StatementSync;
  readonly #removeEvent: StatementSync;
  #step: NodeJS.Timeout | null = null;

  constructor(db: DatabaseSync, bus: Bus, retention: Retention) {
    this.#bus = bus;
    this.#retention = retention;
    this.#keepFrom = db.prepare("SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET ?");
    this.#old = db.prepare(
      `SELECT seq FROM events WHERE seq > ? AND (time < ? OR seq <= ?) AND ${FINISHED} ORDER BY seq LIMIT ?`,
    );
    this.#removeDeliveries = db.prepare("DELETE FROM deliveries WHERE event = ?");
    this.#removeEvent = db.prepare("DELETE FROM events WHERE seq = ?");
    this.#interval = setInterval(() => this.#begin(), retention.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#interval);
    if (this.#step !== null) clearTimeout(this.#step);
  }

  #begin(): void {
    if (this.#step !== null || this.#bus.busy || this.#bus.commit.open) return;
    const surplus = this.#keepFrom.get(this.#retention.maxEvents)?.["seq"];
    this.#remove(0, typeof surplus === "number" ? surplus : 0);
  }

  #remove(after: number, surplus: number): void {
    this.#step = null;
    if (this.#bus.busy || this.#bus.commit.open) return;
    const seqs = this.#old
      .all(after, Date.now() - this.#retention.maxAgeMs, surplus, STEP)
      .map((row) => Number(row["seq"]));
    const last = seqs.at(-1);
    if (last === undefined) return;
    this.#bus.commit.write(() => {
      // Otherwise a new start, which looks for the highest number in use, could give one out twice.
      this.#bus.store.saveCounter();
      for (const seq of seqs) {
        this.#removeDeliveries.run(seq);
        this.#removeEvent.run(seq);
      }
    });
    this.#step = setTimeout(() => this.#remove(last, surplus), BETWEEN_STEPS_MS).unref();
  }
}
