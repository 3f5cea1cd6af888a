import type { BusStore } from "../store/bus-store.ts";
import type { GroupCommit } from "../store/group-commit.ts";
import type { SubscriptionTable } from "../store/subscription-table.ts";
import { CelError } from "../cel/cel.ts";
import type { ParsedSubscription } from "./parse-subscriptions.ts";
import { compileRoute, type Route, type Subscription } from "./subscription.ts";

/** A subscription with its compiled rules; `problem` where they cannot be compiled. */
export interface LiveSubscription extends Subscription {
  readonly route: Route | null;
  readonly problem: string | null;
}

/** Who listens to what: in memory for every publish, in the store for the next start. */
export class SubscriptionRegistry {
  readonly #table: SubscriptionTable;
  readonly #store: BusStore;
  readonly #commit: GroupCommit;
  readonly #byTopic = new Map<string, LiveSubscription[]>();
  #all: LiveSubscription[] = [];
  #wildcards: LiveSubscription[] = [];

  constructor(table: SubscriptionTable, store: BusStore, commit: GroupCommit) {
    this.#table = table;
    this.#store = store;
    this.#commit = commit;
    this.#set(table.all().map(live));
  }

  /** Everybody who listens to something. */
  agents(): readonly string[] {
    return [...new Set(this.#all.map((one) => one.agent))];
  }

  of(agent: string): readonly LiveSubscription[] {
    return this.#all.filter((one) => one.agent === agent);
  }

  to(pubsub: string, topic: string): readonly LiveSubscription[] {
    return this.#byTopic.get(key(pubsub, topic)) ?? [];
  }

  find(agent: string, pubsub: string, topic: string): LiveSubscription | null {
    const exact = this.to(pubsub, topic).find((one) => one.agent === agent);
    return exact ?? this.#wildcard(agent, pubsub, topic);
  }

  /** Drops what still waits for an agent in a pub/sub that keeps nothing; called inside a write. */
  dropWaiting(agent: string, pubsub: string, reason: string): void {
    for (const one of this.of(agent))
      if (one.pubsub === pubsub) this.#table.drop(one, reason, this.#store.next());
  }

  /** `things.*` is every topic that begins with `things.` and goes on. Only a pub/sub that has wildcards gives such an event to it. */
  #wildcard(agent: string, pubsub: string, topic: string): LiveSubscription | null {
    const fits = (one: LiveSubscription): boolean =>
      one.pubsub === pubsub &&
      one.topic.endsWith("*") &&
      topic.length >= one.topic.length &&
      topic.startsWith(one.topic.slice(0, -1));
    return this.#wildcards.find((one) => one.agent === agent && fits(one)) ?? null;
  }

  /** The topics an agent declares in the config. They count from now on; what it was seen to listen to stays. */
  declare(agent: string, pubsub: string, topics: readonly string[]): void {
    const seen = this.of(agent);
    const kept: Subscription[] = seen
      .filter((one) => one.definition !== null || topics.includes(one.topic))
      .map((one) => ({ ...one, declared: topics.includes(one.topic) }));
    for (const topic of topics) {
      if (!kept.some((one) => one.topic === topic))
        kept.push({ agent, pubsub, topic, declared: true, definition: null });
    }
    this.#replace(agent, kept, "the config no longer declares that the agent listens to this topic");
  }

  /** What the app answered on `GET /dapr/subscribe`. Declared topics it does not list stay: their events are kept. */
  see(agent: string, parsed: readonly ParsedSubscription[]): readonly LiveSubscription[] {
    const declared = new Set(
      this.of(agent)
        .filter((one) => one.declared)
        .map((one) => one.topic),
    );
    const next: Subscription[] = parsed.map((one) => ({ ...one, agent, declared: declared.has(one.topic) }));
    for (const one of this.of(agent)) {
      if (one.declared && !next.some((other) => other.topic === one.topic))
        next.push({ ...one, definition: null });
    }
    this.#replace(agent, next, "the agent no longer listens to this topic");
    return this.of(agent);
  }

  forget(agent: string): void {
    this.#replace(agent, [], "the agent left the config");
  }

  #replace(agent: string, next: readonly Subscription[], reason: string): void {
    const before = this.of(agent);
    const gone = before.filter((one) => !next.some((other) => same(one, other)));
    this.#commit.write(() => {
      for (const one of gone) this.#table.remove(one, reason, this.#store.next());
      for (const one of next) this.#table.save(one);
    });
    this.#set([...this.#all.filter((one) => one.agent !== agent), ...next.map(live)]);
  }

  #set(all: LiveSubscription[]): void {
    this.#all = all;
    this.#wildcards = all.filter(({ topic }) => topic.endsWith("*"));
    this.#byTopic.clear();
    for (const one of all) {
      const at = key(one.pubsub, one.topic);
      const there = this.#byTopic.get(at);
      if (there === undefined) this.#byTopic.set(at, [one]);
      else there.push(one);
    }
  }
}

function live(subscription: Subscription): LiveSubscription {
  const { definition } = subscription;
  if (definition === null) return { ...subscription, route: null, problem: null };
  try {
    return { ...subscription, route: compileRoute(definition), problem: null };
  } catch (error) {
    // Anything else too (a rule nested so deep that the stack ends): it is kept, and read again at each start.
    const problem = error instanceof CelError ? error.message : String(error);
    return { ...subscription, route: null, problem };
  }
}

function same(one: Subscription, other: Subscription): boolean {
  return one.pubsub === other.pubsub && one.topic === other.topic;
}

function key(pubsub: string, topic: string): string {
  return `${pubsub}\0${topic}`;
}
