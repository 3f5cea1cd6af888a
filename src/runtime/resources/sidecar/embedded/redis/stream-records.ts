import type { StatementSync } from "node:sqlite";
import type { TailRecord } from "../../daprd/redis/stream-entry.ts";
import type { Bus } from "../bus/bus.ts";
import { MAX_DEPTH, type BusEvent, type QueuedDelivery, type StoredEvent } from "../bus/event.ts";

/** A delivery in the journal that an entry of a stream stands for. */
export interface ClaimedDelivery {
  readonly delivery: QueuedDelivery;
  readonly event: StoredEvent;
  /** When it is to be tried again; null = now. */
  readonly nextAt: number | null;
  /** It is not to be delivered at all. */
  readonly tooDeep: boolean;
}

/** Larger bodies are read back from the store when their turn comes. */
const KEEP_BODY_BYTES = 8 * 1024;
/** Claims whose publication is not known yet: that of another program never will be. */
const MOST_EARLY = 10_000;

/**
 * The events of streams in the journal: what is published here, and what is read from a stream, in any order. A
 * publication gives each subscriber a delivery to be made; an entry that is read takes it, or makes one where the
 * publication was not seen.
 */
export class StreamRecords {
  readonly #bus: Bus;
  readonly #same: StatementSync;
  readonly #first: StatementSync;
  readonly #open: StatementSync;
  readonly #addEarly: StatementSync;
  readonly #isTailed: () => boolean;
  /** Deliveries that were made for an entry before its publication was recorded, by event and agent. */
  readonly #early = new Map<string, number>();

  /** `isTailed`: what is published is recorded by somebody who reads the streams (`StreamJournal`). */
  constructor(bus: Bus, isTailed: () => boolean) {
    this.#bus = bus;
    this.#isTailed = isTailed;
    const { db } = bus;
    this.#addEarly = db.prepare("INSERT INTO early_deliveries (event, id, at) VALUES (?, ?, ?)");
    this.#same = db.prepare("SELECT max(seq) AS seq FROM events WHERE id = ? AND topic = ? AND body = ?");
    this.#first = db.prepare(
      "SELECT min(seq) AS seq FROM events WHERE id = ? AND topic = ? AND dead_letter_of IS NULL",
    );
    this.#open = db.prepare(
      `SELECT id, status, attempts, next_at FROM deliveries
        WHERE event = ? AND agent = ? AND status IN ('pending', 'retrying', 'delivering') ORDER BY id`,
    );
  }

  /** Records what was published here. Inside of a write. */
  published(event: BusEvent, topic: string, deadLetterOf: number | null): void {
    if (this.#isTailed()) return;
    const { store, subscriptions } = this.#bus;
    const seq = this.#rowOf(event, topic, () => deadLetterOf);
    for (const { agent } of subscriptions.to(event.pubsub, topic)) {
      const key = earlyKey(seq, agent);
      const early = this.#early.get(key) ?? 0;
      if (early === 0) store.insertDelivery(seq, agent, "pending", null);
      else if (early === 1) this.#early.delete(key);
      else this.#early.set(key, early - 1);
    }
  }

  /** The delivery to an agent that an entry stands for. Inside of a write. */
  claim({ event, stream, deadLetter }: TailRecord, agent: string): ClaimedDelivery {
    const { store, claims } = this.#bus;
    const isCopy = deadLetter !== null;
    const deadLetterOf = (): number | null => (isCopy ? (this.#firstOf(event.id, event.topic) ?? 0) : null);
    const seq = this.#rowOf(event, stream, deadLetterOf);
    const stored: StoredEvent = { ...event, topic: stream, seq, deadLetterOf: isCopy ? 0 : null };
    const kept = event.body.byteLength <= KEEP_BODY_BYTES ? stored : null;
    const open = this.#open.all(seq, agent).find((row) => !claims.isTaken(Number(row["id"])));
    const tooDeep = !isCopy && event.depth > MAX_DEPTH;
    if (open === undefined) {
      const id = store.insertDelivery(seq, agent, "pending", null);
      if (this.#isTailed()) this.#addEarly.run(seq, id, Date.now());
      else this.#remember(earlyKey(seq, agent));
      return {
        delivery: { id, eventSeq: seq, attempts: 0, event: kept },
        event: stored,
        nextAt: null,
        tooDeep,
      };
    }
    const delivery = {
      id: Number(open["id"]),
      eventSeq: seq,
      attempts: Number(open["attempts"]),
      event: kept,
    };
    const nextAt = open["status"] === "retrying" ? Number(open["next_at"] ?? 0) : null;
    return { delivery, event: stored, nextAt, tooDeep };
  }

  #rowOf(event: BusEvent, topic: string, deadLetterOf: () => number | null): number {
    const seq = this.#same.get(event.id, topic, event.body)?.["seq"];
    if (typeof seq === "number") return seq;
    return this.#bus.store.insertEvent({ ...event, topic }, Date.now(), deadLetterOf());
  }

  #firstOf(id: string, topic: string): number | null {
    const seq = this.#first.get(id, topic)?.["seq"];
    return typeof seq === "number" ? seq : null;
  }

  #remember(key: string): void {
    this.#early.set(key, (this.#early.get(key) ?? 0) + 1);
    if (this.#early.size <= MOST_EARLY) return;
    const [oldest] = this.#early.keys();
    if (oldest !== undefined) this.#early.delete(oldest);
  }
}

function earlyKey(seq: number, agent: string): string {
  return `${seq}\0${agent}`;
}
