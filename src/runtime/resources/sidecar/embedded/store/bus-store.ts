import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BusEvent, DeliveryChange, QueuedDelivery, StoredEvent } from "../bus/event.ts";
import { toStoredEvent } from "./stored-event.ts";

/** The bus's statements on events and deliveries. Pure SQL: when to write and when to commit is decided by the callers. */
export class BusStore {
  readonly #insertEvent: StatementSync;
  readonly #insertDelivery: StatementSync;
  readonly #change: StatementSync;
  readonly #delivering: StatementSync;
  readonly #reset: StatementSync;
  readonly #pending: StatementSync;
  readonly #retrying: StatementSync;
  readonly #nextRetry: StatementSync;
  readonly #event: StatementSync;
  readonly #saveCounter: StatementSync;
  #counter: number;

  constructor(db: DatabaseSync) {
    this.#counter = highest(db);
    // Deliveries that were with an app when everything died: they are to be delivered again.
    db.prepare("UPDATE deliveries SET status = 'pending', change = ? WHERE status = 'delivering'").run(
      this.next(),
    );
    this.#insertEvent =
      db.prepare(`INSERT INTO events (seq, id, pubsub, topic, type, source, subject, correlation, causation, time,
      content_type, body, raw, metadata, traceparent, expires, depth, dead_letter_of) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`);
    this.#insertDelivery = db.prepare(
      "INSERT INTO deliveries (event, id, agent, status, attempts, error, change) VALUES (?, ?, ?, ?, 0, ?, ?)",
    );
    this.#change =
      db.prepare(`UPDATE deliveries SET status = ?, attempts = ?, next_at = ?, duration = ?, error = ?, change = ?
      WHERE event = ? AND id = ?`);
    this.#delivering = db.prepare(
      "UPDATE deliveries SET status = 'delivering', change = ? WHERE event = ? AND id = ?",
    );
    this.#reset = db.prepare(
      "UPDATE deliveries SET status = 'pending', change = ? WHERE agent = ? AND status = 'delivering'",
    );
    this.#pending = db.prepare(
      "SELECT id, event, attempts FROM deliveries WHERE agent = ? AND status = 'pending' AND id > ? AND id <= ? ORDER BY id LIMIT ?",
    );
    this.#retrying = db.prepare(
      "SELECT id, event, attempts FROM deliveries WHERE agent = ? AND status = 'retrying' AND next_at <= ? ORDER BY next_at LIMIT ?",
    );
    this.#nextRetry = db.prepare(
      "SELECT min(next_at) AS at FROM deliveries WHERE agent = ? AND status = 'retrying'",
    );
    this.#event = db.prepare("SELECT * FROM events WHERE seq = ?");
    this.#saveCounter = db.prepare("INSERT OR REPLACE INTO counters (name, value) VALUES ('change', ?)");
  }

  /** The highest number given out. */
  get counter(): number {
    return this.#counter;
  }

  /** The next number of the one counter behind positions, delivery ids and changes. */
  next(): number {
    this.#counter += 1;
    return this.#counter;
  }

  /** Remembers how far the counter came, so that pruning never lets a number come twice. */
  saveCounter(): void {
    this.#saveCounter.run(this.#counter);
  }

  insertEvent(event: BusEvent, now: number, deadLetterOf: number | null): number {
    const seq = this.next();
    this.#insertEvent.run(
      seq,
      event.id,
      event.pubsub,
      event.topic,
      event.type,
      event.source,
      event.subject,
      event.correlation,
      event.causation,
      now,
      event.contentType,
      event.body,
      event.raw ? 1 : 0,
      event.metadata === null ? null : JSON.stringify(event.metadata),
      event.traceparent,
      event.expiresAt,
      event.depth,
      deadLetterOf,
    );
    return seq;
  }

  insertDelivery(eventSeq: number, agent: string, status: "pending" | "dead", error: string | null): number {
    const id = this.next();
    this.#insertDelivery.run(eventSeq, id, agent, status, error, id);
    return id;
  }

  changeDelivery(delivery: QueuedDelivery, change: DeliveryChange): void {
    this.#change.run(
      change.status,
      change.attempts,
      change.nextAt,
      change.durationMs,
      change.error,
      this.next(),
      delivery.eventSeq,
      delivery.id,
    );
  }

  markDelivering(delivery: QueuedDelivery): void {
    this.#delivering.run(this.next(), delivery.eventSeq, delivery.id);
  }

  /** What was with an agent's app is with it no more: it is to be delivered again. */
  resetDelivering(agent: string): void {
    this.#reset.run(this.next(), agent);
  }

  /** A page of what waits for an agent, in publish order, after a delivery id and up to another one. */
  pendingBetween(agent: string, after: number, upTo: number, limit: number): QueuedDelivery[] {
    return this.#pending.all(agent, after, upTo, limit).map(toQueued);
  }

  /** Retries that are due, the longest due first. */
  dueRetries(agent: string, now: number, limit: number): QueuedDelivery[] {
    return this.#retrying.all(agent, now, limit).map(toQueued);
  }

  nextRetryAt(agent: string): number | null {
    const at = this.#nextRetry.get(agent)?.["at"];
    return typeof at === "number" ? at : null;
  }

  event(seq: number): StoredEvent | null {
    const row = this.#event.get(seq);
    return row === undefined ? null : toStoredEvent(row);
  }
}

function toQueued(row: Record<string, unknown>): QueuedDelivery {
  return {
    id: Number(row["id"]),
    eventSeq: Number(row["event"]),
    attempts: Number(row["attempts"]),
    event: null,
  };
}

function highest(db: DatabaseSync): number {
  const row = db
    .prepare(
      `SELECT max(coalesce((SELECT max(seq) FROM events), 0), coalesce((SELECT max(change) FROM deliveries), 0),
        coalesce((SELECT value FROM counters WHERE name = 'change'), 0)) AS highest`,
    )
    .get();
  return Number(row?.["highest"] ?? 0);
}
