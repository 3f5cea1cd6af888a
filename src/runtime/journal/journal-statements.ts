import type { DatabaseSync, StatementSync } from "node:sqlite";
import { eventData } from "./event-data.ts";
import type { DeliveryView, EventQuery, PositionedEvent } from "./journal-view.ts";
import { mergeDeliveries, toStatus, type DeliveryRow } from "./merge-deliveries.ts";
import { toSqlGlob } from "./glob.ts";

type Row = Readonly<Record<string, unknown>>;

/** A published event is listed; a copy on a dead-letter topic only where somebody listens to it. */
const LISTED = "(e.dead_letter_of IS NULL OR EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq))";
/** A later publication of the same id on the same topic belongs to the first one. */
const FIRST = "NOT EXISTS (SELECT 1 FROM events p WHERE p.id = e.id AND p.topic = e.topic AND p.seq < e.seq)";
/** From the few dead deliveries to their events, not the other way round. */
const IS_DEAD = `e.id IN (SELECT s.id FROM deliveries d JOIN events s ON s.seq = d.event WHERE d.status = 'dead')`;
const DEFAULT_LIMIT = 100;

/** The journal's queries on one open file. */
export class JournalStatements {
  readonly #db: DatabaseSync;
  readonly #lists = new Map<string, StatementSync>();
  readonly #one: StatementSync;
  readonly #deliveries: StatementSync;
  readonly #children: StatementSync;
  readonly #root: StatementSync;
  readonly #deadLetters: StatementSync;
  readonly #first: StatementSync;
  readonly #newEvents: StatementSync;
  readonly #changed: StatementSync;
  readonly #end: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#one = db.prepare("SELECT * FROM events WHERE seq = ?");
    this.#deliveries =
      db.prepare(`SELECT d.id, d.agent, d.status, d.attempts, d.duration, d.error FROM events e JOIN deliveries d ON d.event = e.seq
      WHERE e.id = ? AND e.topic = ? ORDER BY d.id`);
    this.#children = db.prepare(
      `SELECT * FROM events e WHERE e.causation = ? AND e.id <> ? AND e.dead_letter_of IS NULL AND ${FIRST} ORDER BY e.seq`,
    );
    this.#deadLetters = db.prepare(
      `SELECT * FROM events e WHERE e.dead_letter_of IN (SELECT seq FROM events WHERE id = ? AND topic = ?) AND ${LISTED} AND ${FIRST} ORDER BY e.seq`,
    );
    this.#root = db.prepare(
      "SELECT * FROM events WHERE id = ? AND dead_letter_of IS NULL ORDER BY seq LIMIT 1",
    );
    this.#first = db.prepare(
      `SELECT min(p.seq) AS seq FROM events e JOIN events p ON p.id = e.id AND p.topic = e.topic WHERE e.seq = ?`,
    );
    this.#newEvents = db.prepare("SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?");
    this.#changed = db.prepare(
      "SELECT change, event FROM deliveries WHERE change > ? ORDER BY change LIMIT ?",
    );
    this.#end = db.prepare(
      "SELECT max(coalesce((SELECT max(seq) FROM events), 0), coalesce((SELECT max(change) FROM deliveries), 0)) AS at",
    );
  }

  /**
   * The newest that match, in the order of their times: those of a Redis are recorded a moment later where nobody listens to
   * them. `seq`: only the event listed there.
   */
  list(query: EventQuery, seq: number | null = null): Row[] {
    const { where, values } = conditions(query, seq);
    return this.#listStatement(where).all({ ...values, limit: query.limit ?? DEFAULT_LIMIT });
  }

  /** One statement per set of conditions, so that each can use the index that fits. */
  #listStatement(where: string): StatementSync {
    const known = this.#lists.get(where);
    if (known !== undefined) return known;
    const made = this.#db.prepare(
      `SELECT * FROM (SELECT * FROM events e WHERE ${where} ORDER BY e.seq DESC LIMIT :limit) ORDER BY time, seq`,
    );
    this.#lists.set(where, made);
    return made;
  }

  event(seq: number): Row | undefined {
    return this.#one.get(seq);
  }

  /** The first publication of an id. */
  root(id: string): Row | undefined {
    return this.#root.get(id);
  }

  /** What an event caused directly; then its copies on dead-letter topics that somebody listens to. */
  children(row: Row): Row[] {
    const id = String(row["id"]);
    return [...this.#children.all(id, id), ...this.#deadLetters.all(id, String(row["topic"]))];
  }

  deliveries(row: Row): DeliveryView[] {
    return mergeDeliveries(this.#deliveries.all(String(row["id"]), String(row["topic"])).map(toDelivery));
  }

  /** The position under which an event is listed: that of its first publication. */
  listedAt(seq: number): number {
    return Number(this.#first.get(seq)?.["seq"] ?? seq);
  }

  newEvents(after: number, limit: number): number[] {
    return this.#newEvents.all(after, limit).map((row) => Number(row["seq"]));
  }

  changedDeliveries(after: number, limit: number): { readonly change: number; readonly event: number }[] {
    return this.#changed
      .all(after, limit)
      .map((row) => ({ change: Number(row["change"]), event: Number(row["event"]) }));
  }

  /** The highest number in use: a cursor at the present end. */
  end(): number {
    return Number(this.#end.get()?.["at"] ?? 0);
  }

  view(row: Row): PositionedEvent {
    const body = row["body"] instanceof Uint8Array ? row["body"] : new Uint8Array();
    return {
      position: Number(row["seq"]),
      event: {
        id: String(row["id"]),
        eventType: String(row["type"]),
        topic: String(row["topic"]),
        source: text(row["source"]),
        subject: text(row["subject"]),
        correlationId: text(row["correlation"]),
        causationId: text(row["causation"]),
        time: new Date(Number(row["time"])).toISOString(),
        deliveries: this.deliveries(row),
        data: eventData(body, row["raw"] === 1),
      },
    };
  }
}

function conditions(
  query: EventQuery,
  seq: number | null,
): { readonly where: string; readonly values: Record<string, string | number> } {
  const { type, correlation, id, idPrefix, after, dead } = query;
  const values: Record<string, string | number> = {};
  const where = [LISTED, FIRST];
  const add = (condition: string, name: string, value: string | number): void => {
    where.push(condition);
    values[name] = value;
  };
  if (seq !== null) add("e.seq = :seq", "seq", seq);
  if (after !== undefined) add("e.seq > :after", "after", after);
  if (type !== undefined) add("e.type GLOB :type", "type", toSqlGlob(type));
  if (correlation !== undefined) add("e.correlation = :correlation", "correlation", correlation);
  if (id !== undefined) add("e.id = :id", "id", id);
  if (idPrefix !== undefined) {
    // A range, which the index on ids serves: no id sorts after the last character there is.
    add("e.id >= :from", "from", idPrefix);
    add("e.id < :to", "to", `${idPrefix}\u{10ffff}`);
  }
  if (dead === true) where.push(IS_DEAD);
  return { where: where.join(" AND "), values };
}

function toDelivery(row: Row): DeliveryRow {
  return {
    id: Number(row["id"]),
    agent: String(row["agent"]),
    status: toStatus(row["status"]),
    attempts: Number(row["attempts"]),
    durationMs: typeof row["duration"] === "number" ? row["duration"] : null,
    error: text(row["error"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
