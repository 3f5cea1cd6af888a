import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isFields } from "../../../../journal/fields.ts";
import type { Subscription, SubscriptionDefinition } from "../bus/subscription.ts";

/** The subscriptions of every agent that was ever started or declared, kept over restarts: events wait for whoever is down. */
export class SubscriptionTable {
  readonly #all: StatementSync;
  readonly #save: StatementSync;
  readonly #remove: StatementSync;
  readonly #drops: readonly StatementSync[];

  constructor(db: DatabaseSync) {
    this.#all = db.prepare(
      "SELECT agent, pubsub, topic, declared, definition FROM subscriptions ORDER BY agent, pubsub, topic",
    );
    this.#save = db.prepare(
      "INSERT OR REPLACE INTO subscriptions (agent, pubsub, topic, declared, definition) VALUES (?, ?, ?, ?, ?)",
    );
    this.#remove = db.prepare("DELETE FROM subscriptions WHERE agent = ? AND pubsub = ? AND topic = ?");
    // One statement per partial index.
    this.#drops = ["pending", "retrying"].map((status) =>
      db.prepare(`UPDATE deliveries SET status = 'dropped', next_at = NULL, error = ?, change = ?
        WHERE agent = ? AND status = '${status}' AND EXISTS (
          SELECT 1 FROM events WHERE seq = deliveries.event AND pubsub = ? AND topic = ?)`),
    );
  }

  all(): Subscription[] {
    return this.#all.all().map((row) => ({
      agent: String(row["agent"]),
      pubsub: String(row["pubsub"]),
      topic: String(row["topic"]),
      declared: row["declared"] === 1,
      definition: definitionOf(row["definition"]),
    }));
  }

  save(subscription: Subscription): void {
    const { agent, pubsub, topic, declared, definition } = subscription;
    this.#save.run(
      agent,
      pubsub,
      topic,
      declared ? 1 : 0,
      definition === null ? null : JSON.stringify(definition),
    );
  }

  /** Ends a subscription; what still waits for it is dropped, and says why. */
  remove(subscription: Subscription, reason: string, change: number): void {
    const { agent, pubsub, topic } = subscription;
    this.#remove.run(agent, pubsub, topic);
    this.drop(subscription, reason, change);
  }

  /** Drops what still waits for it. */
  drop({ agent, pubsub, topic }: Subscription, reason: string, change: number): void {
    for (const drop of this.#drops) drop.run(reason, change, agent, pubsub, topic);
  }
}

function definitionOf(value: unknown): SubscriptionDefinition | null {
  if (typeof value !== "string") return null;
  const definition: SubscriptionDefinition & { readonly bulk: unknown } = JSON.parse(value);
  // Earlier versions wrote a boolean.
  return { ...definition, bulk: isFields(definition.bulk) ? definition.bulk : null };
}
