import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ReplayResult } from "../../sidecar-host.ts";
import type { BusStore } from "../store/bus-store.ts";
import type { SubscriptionRegistry } from "./subscription-registry.ts";

/** Brings recorded events back in line, by hand. Called inside a write; the lanes are to be rewound after the commit. */
export class Redelivery {
  readonly #store: BusStore;
  readonly #subscriptions: SubscriptionRegistry;
  readonly #original: StatementSync;
  readonly #dead: StatementSync;
  readonly #revive: StatementSync;
  readonly #onDelivery: (deliveryId: number) => void;

  /** `onDelivery` is told of each delivery that is to be made. */
  constructor(
    db: DatabaseSync,
    store: BusStore,
    subscriptions: SubscriptionRegistry,
    onDelivery: (deliveryId: number) => void,
  ) {
    this.#onDelivery = onDelivery;
    this.#store = store;
    this.#subscriptions = subscriptions;
    this.#original = db.prepare(
      "SELECT seq, pubsub, topic FROM events WHERE id = ? AND dead_letter_of IS NULL ORDER BY seq DESC LIMIT 1",
    );
    this.#dead = db.prepare(
      "SELECT d.event, d.id, d.agent FROM events e JOIN deliveries d ON d.event = e.seq WHERE e.id = ? AND d.status = 'dead' ORDER BY d.id",
    );
    this.#revive = db.prepare(
      "UPDATE deliveries SET status = 'pending', attempts = 0, next_at = NULL, error = NULL, change = ? WHERE event = ? AND id = ?",
    );
  }

  replay(eventId: string, to: string | null): ReplayResult {
    const row = this.#original.get(eventId);
    if (row === undefined) return { found: false, reason: unknown(eventId) };
    const topic = String(row["topic"]);
    const agents = this.#subscriptions.to(String(row["pubsub"]), topic).map((one) => one.agent);
    if (to !== null && !agents.includes(to)) {
      const listening = agents.length === 0 ? "nobody does" : `${agents.join(", ")} do`;
      return { found: false, reason: `${to} does not listen to ${topic} (${listening})` };
    }
    const chosen = to === null ? agents : [to];
    for (const agent of chosen)
      this.#onDelivery(this.#store.insertDelivery(Number(row["seq"]), agent, "pending", null));
    return { found: true, agents: chosen };
  }

  retry(eventId: string): ReplayResult {
    const dead = this.#dead.all(eventId);
    if (dead.length === 0) {
      const known = this.#original.get(eventId) !== undefined;
      return { found: false, reason: known ? `the event ${eventId} has no dead delivery` : unknown(eventId) };
    }
    for (const row of dead) {
      this.#revive.run(this.#store.next(), Number(row["event"]), Number(row["id"]));
      this.#onDelivery(Number(row["id"]));
    }
    return { found: true, agents: [...new Set(dead.map((row) => String(row["agent"])))] };
  }
}

function unknown(eventId: string): string {
  return `there is no event ${eventId} in the journal`;
}
