import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BusEvent, DeliveryChange } from "../../embedded/bus/event.ts";
import type { SubscriptionRegistry } from "../../embedded/bus/subscription-registry.ts";
import type { BusStore } from "../../embedded/store/bus-store.ts";
import type { GroupCommit } from "../../embedded/store/group-commit.ts";
import type { DeliveryRecord } from "../gate/delivery-record.ts";
import type { TailRecord } from "../redis/stream-entry.ts";

/** What the journal is written with: the tables of the bus, whose one writer this is. */
export interface JournalTables {
  readonly db: DatabaseSync;
  readonly store: BusStore;
  readonly commit: GroupCommit;
  readonly subscriptions: SubscriptionRegistry;
}

/** Where a recorded event stands in Redis. */
export interface StreamedEvent {
  readonly seq: number;
  readonly pubsub: string;
  readonly stream: string;
  readonly entry: string;
}

/** Clocks of one machine, and of a Redis nearby, differ by less. */
const CLOCK_SKEW_MS = 5_000;
const UNFINISHED = "status IN ('pending', 'retrying', 'delivering')";

/**
 * Writes what happens on Redis streams into the journal. Two see it, in any order: the tail sees what is published, the
 * gates see what is delivered. An event is one row by its id and topic, whoever sees it first; each publication gives each
 * subscriber a delivery that is to be made, unless that was already told ("early").
 */
export class StreamJournal {
  readonly #tables: JournalTables;
  readonly #first: StatementSync;
  readonly #firstDead: StatementSync;
  readonly #setEntry: StatementSync;
  readonly #streamed: StatementSync;
  readonly #pubsub: StatementSync;
  readonly #open: StatementSync;
  readonly #change: StatementSync;
  readonly #giveUp: StatementSync;
  readonly #dead: StatementSync;
  readonly #revive: StatementSync;
  readonly #addEarly: StatementSync;
  readonly #early: StatementSync;
  readonly #takeEarly: StatementSync;
  readonly #forgetEarly: StatementSync;
  readonly #savePosition: StatementSync;
  readonly #positions: StatementSync;

  constructor(tables: JournalTables) {
    this.#tables = tables;
    const { db } = tables;
    this.#first = db.prepare(
      "SELECT min(seq) AS seq FROM events WHERE id = ? AND topic = ? AND dead_letter_of IS NULL",
    );
    this.#firstDead = db.prepare(
      "SELECT min(seq) AS seq FROM events WHERE id = ? AND topic = ? AND dead_letter_of IS NOT NULL",
    );
    this.#setEntry = db.prepare("UPDATE events SET entry = ? WHERE seq = ?");
    this.#streamed = db.prepare(
      `SELECT seq, pubsub, topic, entry FROM events WHERE id = ? AND dead_letter_of IS NULL AND entry IS NOT NULL
        ORDER BY seq DESC LIMIT 1`,
    );
    this.#pubsub = db.prepare("SELECT pubsub FROM events WHERE id = ? ORDER BY seq DESC LIMIT 1");
    this.#open = db.prepare(
      `SELECT id, attempts FROM deliveries WHERE event = ? AND agent = ? AND ${UNFINISHED} ORDER BY id LIMIT 1`,
    );
    this.#change = db.prepare(
      "UPDATE deliveries SET status = ?, attempts = ?, duration = ?, error = ?, change = ? WHERE event = ? AND id = ?",
    );
    this.#giveUp = db.prepare(
      `UPDATE deliveries SET status = 'dead', error = coalesce(error, ?), change = ?
        WHERE event = ? AND agent = ? AND ${UNFINISHED}`,
    );
    this.#dead = db.prepare(
      "SELECT DISTINCT agent FROM deliveries WHERE event = ? AND status = 'dead' ORDER BY agent",
    );
    this.#revive = db.prepare(
      `UPDATE deliveries SET status = 'pending', attempts = 0, next_at = NULL, error = NULL, change = ?
        WHERE event = ? AND agent = ? AND status = 'dead'`,
    );
    this.#addEarly = db.prepare("INSERT INTO early_deliveries (event, id, at) VALUES (?, ?, ?)");
    this.#early = db.prepare(
      `SELECT e.id FROM early_deliveries e JOIN deliveries d ON d.event = e.event AND d.id = e.id
        WHERE e.event = ? AND d.agent = ? ORDER BY e.id LIMIT 1`,
    );
    this.#takeEarly = db.prepare("DELETE FROM early_deliveries WHERE event = ? AND id = ?");
    this.#forgetEarly = db.prepare("DELETE FROM early_deliveries WHERE event = ? AND at < ?");
    this.#savePosition = db.prepare("INSERT OR REPLACE INTO stream_positions (stream, entry) VALUES (?, ?)");
    this.#positions = db.prepare("SELECT stream, entry FROM stream_positions");
    db.exec("DELETE FROM early_deliveries WHERE event NOT IN (SELECT seq FROM events)");
  }

  /** How far each stream was recorded. */
  positions(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#positions.all().map((row) => [String(row["stream"]), String(row["entry"])] as const),
    );
  }

  /** Records publications, and with them how far their streams were read. Resolves once it is committed. */
  async published(records: readonly TailRecord[]): Promise<void> {
    const { commit } = this.#tables;
    commit.write(() => {
      for (const record of records) {
        this.#published(record);
        this.#savePosition.run(record.stream, record.id);
      }
    });
    await commit.committed();
  }

  /** Records an attempt of delivery. */
  delivered({ agent, event, deadLetterOf, change, at }: DeliveryRecord): void {
    const { commit, store } = this.#tables;
    commit.write(() => {
      const seq = this.#eventOf(event, deadLetterOf, at);
      const open = this.#open.get(seq, agent);
      if (open !== undefined) {
        this.#apply(seq, Number(open["id"]), Number(open["attempts"]), change);
        return;
      }
      const id = store.insertDelivery(seq, agent, "pending", null);
      this.#apply(seq, id, 0, change);
      this.#addEarly.run(seq, id, at);
    });
  }

  /** Where the last publication of an event stands; null where it is not known, or not in a stream. */
  streamed(eventId: string): StreamedEvent | null {
    const row = this.#streamed.get(eventId);
    return row === undefined
      ? null
      : {
          seq: Number(row["seq"]),
          pubsub: String(row["pubsub"]),
          stream: String(row["topic"]),
          entry: String(row["entry"]),
        };
  }

  /** The pub/sub component that an event came by; null where it is not known. */
  pubsubOf(eventId: string): string | null {
    const pubsub = this.#pubsub.get(eventId)?.["pubsub"];
    return typeof pubsub === "string" ? pubsub : null;
  }

  /** An agent is to get an event once more. Inside of a write. */
  await(seq: number, agent: string): void {
    this.#tables.store.insertDelivery(seq, agent, "pending", null);
  }

  /** Agents whose delivery of an event is dead. */
  dead(seq: number): readonly string[] {
    return this.#dead.all(seq).map((row) => String(row["agent"]));
  }

  /** A dead delivery is to be made after all. Inside of a write. */
  revive(seq: number, agent: string): void {
    this.#revive.run(this.#tables.store.next(), seq, agent);
  }

  #published({ stream, id, at, event, deadLetter }: TailRecord): void {
    const { store, subscriptions } = this.#tables;
    const seq = deadLetter === null ? this.#eventOf(event, null, at) : this.#deadLetter(event, stream, at);
    this.#setEntry.run(id, seq);
    if (deadLetter?.agent !== null && deadLetter !== null) {
      const failed = this.#seqOf(this.#first, event.id, event.topic);
      const why = `it was given up, and went to ${stream}`;
      if (failed !== null) this.#giveUp.run(why, store.next(), failed, deadLetter.agent);
    }
    this.#forgetEarly.run(seq, at - CLOCK_SKEW_MS);
    for (const { agent } of subscriptions.to(event.pubsub, stream)) {
      const early = this.#early.get(seq, agent);
      if (early === undefined) store.insertDelivery(seq, agent, "pending", null);
      else this.#takeEarly.run(seq, Number(early["id"]));
    }
  }

  /** The row of an event as it came by its topic; made where it is not there yet. */
  #eventOf(event: BusEvent, deadLetterOf: string | null, at: number): number {
    if (deadLetterOf !== null) return this.#deadLetter({ ...event, topic: deadLetterOf }, event.topic, at);
    return this.#seqOf(this.#first, event.id, event.topic) ?? this.#tables.store.insertEvent(event, at, null);
  }

  /** The row of a copy on a dead-letter topic; `event.topic` is the one that it was published to at first. */
  #deadLetter(event: BusEvent, topic: string, at: number): number {
    const known = this.#seqOf(this.#firstDead, event.id, topic);
    if (known !== null) return known;
    // 0: what it is a copy of was published before anybody looked.
    const original = this.#seqOf(this.#first, event.id, event.topic) ?? 0;
    return this.#tables.store.insertEvent({ ...event, topic }, at, original);
  }

  #seqOf(statement: StatementSync, id: string, topic: string): number | null {
    const seq = statement.get(id, topic)?.["seq"];
    return typeof seq === "number" ? seq : null;
  }

  #apply(seq: number, id: number, before: number, { status, durationMs, error }: DeliveryChange): void {
    const ended = status !== "delivering" && status !== "pending";
    const attempts = before + (ended ? 1 : 0);
    this.#change.run(status, attempts, durationMs, error, this.#tables.store.next(), seq, id);
  }
}
