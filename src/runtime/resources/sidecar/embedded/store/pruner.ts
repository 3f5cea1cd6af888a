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

const UNFINISHED =
  "SELECT 1 FROM deliveries WHERE event = seq AND status IN ('pending', 'delivering', 'retrying')";

/** Removes what is older than the retention, in small steps and only while nothing is being delivered. */
export class Pruner {
  readonly #bus: Bus;
  readonly #retention: Retention;
  readonly #interval: NodeJS.Timeout;
  readonly #count: StatementSync;
  readonly #surplus: StatementSync;
  readonly #timeFrom: StatementSync;
  readonly #old: StatementSync;
  readonly #removeDeliveries: StatementSync;
  readonly #removeEvent: StatementSync;
  #step: NodeJS.Timeout | null = null;

  constructor(db: DatabaseSync, bus: Bus, retention: Retention) {
    this.#bus = bus;
    this.#retention = retention;
    this.#count = db.prepare("SELECT count(*) AS n FROM events");
    this.#surplus = db.prepare("SELECT seq FROM events ORDER BY seq LIMIT 1 OFFSET ?");
    this.#timeFrom = db.prepare("SELECT time FROM events WHERE seq >= ? ORDER BY seq LIMIT 1");
    this.#old = db.prepare(
      `SELECT seq FROM events WHERE seq > ? AND seq <= ? AND NOT EXISTS (${UNFINISHED}) ORDER BY seq LIMIT ?`,
    );
    this.#removeDeliveries = db.prepare("DELETE FROM deliveries WHERE event = ?");
    this.#removeEvent = db.prepare("DELETE FROM events WHERE seq = ?");
    this.#interval = setInterval(() => later(() => this.#begin()), retention.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#interval);
    if (this.#step !== null) clearTimeout(this.#step);
  }

  #begin(): void {
    if (this.#step !== null || !this.#isIdle()) return;
    const upTo = Math.max(this.#tooMany(), this.#tooOld());
    if (upTo > 0) this.#remove(0, upTo);
  }

  /** Nothing is being delivered or written, and what is written can be kept. */
  #isIdle(): boolean {
    const { busy, commit } = this.#bus;
    return !busy && !commit.open && commit.lost === null;
  }

  /** The last position that is one too many; 0 where there are few enough. */
  #tooMany(): number {
    const surplus = Number(this.#count.get()?.["n"] ?? 0) - this.#retention.maxEvents;
    return surplus > 0 ? Number(this.#surplus.get(surplus - 1)?.["seq"] ?? 0) : 0;
  }

  /** The last position that is too old, found by halving: positions grow with time, and time has no index of its own. */
  #tooOld(): number {
    const cutoff = Date.now() - this.#retention.maxAgeMs;
    const isOld = (seq: number): boolean =>
      Number(this.#timeFrom.get(seq)?.["time"] ?? Number.POSITIVE_INFINITY) < cutoff;
    if (!isOld(0)) return 0;
    let old = 0;
    let young = this.#bus.store.counter + 1;
    while (young - old > 1) {
      const middle = Math.floor((old + young) / 2);
      if (isOld(middle)) old = middle;
      else young = middle;
    }
    return old;
  }

  #remove(after: number, upTo: number): void {
    this.#step = null;
    if (!this.#isIdle()) return;
    const seqs = this.#old.all(after, upTo, STEP).map((row) => Number(row["seq"]));
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
    this.#step = setTimeout(() => later(() => this.#remove(last, upTo)), BETWEEN_STEPS_MS).unref();
  }
}

/** Where the file cannot be written now (another program holds it), the next look does it. */
function later(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing was removed, and nothing is missed.
  }
}
