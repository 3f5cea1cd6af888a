import type { DatabaseSync } from "node:sqlite";
import type { ReplayResult } from "../../sidecar-host.ts";
import { BusStore } from "../store/bus-store.ts";
import type { DatabaseFiles } from "../store/database-files.ts";
import { GroupCommit } from "../store/group-commit.ts";
import { SubscriptionTable } from "../store/subscription-table.ts";
import { Claims } from "./claims.ts";
import { MAX_DEPTH, type BusEvent, type QueuedDelivery, type StoredEvent } from "./event.ts";
import { Lane, type LaneContext, type LaneOptions } from "./lane.ts";
import { Redelivery } from "./redelivery.ts";
import { SubscriptionRegistry, type LiveSubscription } from "./subscription-registry.ts";

/** Larger bodies are read back from the store when their turn comes, so that a full lane stays small in memory. */
const KEEP_BODY_BYTES = 8 * 1024;

export interface BusOptions {
  readonly files: DatabaseFiles;
  /** Sent to the apps as `dapr-api-token`. */
  readonly appToken: string | undefined;
  /** A pub/sub of an agent's; its deliveries wait while there is none of that name. */
  readonly pubsubOf: (agent: string, name: string) => DeadLetterBox | null;
  /** Told after every commit. */
  readonly onCommit: () => void;
  readonly log: (agent: string, level: "info" | "warn", text: string) => void;
}

/** Where the dead letters of a pub/sub go. */
export interface DeadLetterBox {
  /** True where a broker of its own says who makes which delivery, and when. */
  readonly handsOut: boolean;
  /** Copies an event to another topic; called inside a write. */
  deadLetter(event: StoredEvent, topic: string): void;
}

/** The one agent that gets an event, by wildcards too; others never see it. */
export interface OnlyTo {
  readonly agent: string;
  /** Takes its delivery instead of the agent's lane, for whoever listens by this topic; called inside a write. */
  readonly take: (delivery: QueuedDelivery, topic: string) => void;
}

/** Who gets an event, beside what it says itself. */
export interface Addressing {
  /** Null: everybody who listens to just its topic. */
  readonly onlyTo: OnlyTo | "nobody" | null;
  /** Set on a copy for a dead-letter topic: `seq` of the event that it copies. */
  readonly deadLetterOf: number | null;
}

const TO_ALL: Addressing = { onlyTo: null, deadLetterOf: null };

/** The durable bus of one project: takes events, gives each subscriber its own delivery, and runs a lane per agent. */
export class Bus {
  readonly store: BusStore;
  readonly commit: GroupCommit;
  readonly subscriptions: SubscriptionRegistry;
  readonly claims = new Claims();
  /** The journal's file; for what keeps records of its own in it. */
  readonly db: DatabaseSync;
  readonly #redelivery: Redelivery;
  readonly #options: BusOptions;
  readonly #lanes = new Map<string, Lane>();

  constructor(db: DatabaseSync, options: BusOptions) {
    this.#options = options;
    this.db = db;
    this.store = new BusStore(db);
    this.commit = new GroupCommit(db, options.files, {
      position: () => this.store.counter,
      onCommit: options.onCommit,
    });
    this.subscriptions = new SubscriptionRegistry(new SubscriptionTable(db), this.store, this.commit);
    this.#redelivery = new Redelivery(db, this.store, this.subscriptions, (deliveryId) => {
      // Asked for by hand, it does not wait for a broker to hand it out.
      this.claims.take(deliveryId, null);
      this.claims.handOut({ id: deliveryId, attempts: 0 });
    });
  }

  /** True while any delivery is with an app. */
  get busy(): boolean {
    return [...this.#lanes.values()].some((lane) => lane.busy);
  }

  /** Takes an event: written in this turn, delivered and true once `commit` has committed it. */
  accept(event: BusEvent, addressing: Addressing = TO_ALL): void {
    this.commit.write(() => this.#insert(event, addressing));
  }

  addLane(options: LaneOptions): Lane {
    const { agent } = options;
    const context: LaneContext = {
      store: this.store,
      commit: this.commit,
      appToken: this.#options.appToken,
      routeFor: (pubsub, topic) =>
        this.#options.pubsubOf(agent, pubsub) === null
          ? null
          : (this.subscriptions.find(agent, pubsub, topic)?.route ?? null),
      deadLetter: (event, topic) => this.deadLetter(agent, event, topic),
      isHeld: (delivery, event) =>
        this.#options.pubsubOf(agent, event.pubsub)?.handsOut === true && !this.claims.isOut(delivery),
      settled: (delivery, change) => this.claims.settle(delivery.id, change),
      log: (level, text) => this.#options.log(agent, level, text),
    };
    // A lane before this one may have ended without its last words.
    this.commit.write(() => this.store.resetDelivering(agent));
    const lane = new Lane(context, options);
    this.#lanes.set(agent, lane);
    return lane;
  }

  /** Delivers nothing more: what becomes of a delivery could not be kept. */
  holdAll(): void {
    for (const lane of this.#lanes.values()) void lane.hold(0);
  }

  removeLane(agent: string): void {
    this.#lanes.delete(agent);
  }

  /** Copies an event to a dead-letter topic of the pub/sub that it came by; inside of a write. */
  deadLetter(agent: string, event: StoredEvent, topic: string): void {
    this.#options.pubsubOf(agent, event.pubsub)?.deadLetter(event, topic);
  }

  /** Delivers a recorded event again, to all its present subscribers or to one. */
  async replay(eventId: string, to: string | null): Promise<ReplayResult> {
    const result = this.commit.write(() => this.#redelivery.replay(eventId, to));
    return this.#afterRedelivery(result);
  }

  /** Puts dead deliveries back in line. */
  async retry(eventId: string): Promise<ReplayResult> {
    const result = this.commit.write(() => this.#redelivery.retry(eventId));
    return this.#afterRedelivery(result);
  }

  async #afterRedelivery(result: ReplayResult): Promise<ReplayResult> {
    await this.commit.committed();
    if (result.found) for (const agent of result.agents) this.#lanes.get(agent)?.rewind();
    return result;
  }

  #insert(event: BusEvent, addressing: Addressing): void {
    const { onlyTo, deadLetterOf } = addressing;
    const seq = this.store.insertEvent(event, Date.now(), deadLetterOf);
    const subscribers = this.#subscribers(event, onlyTo);
    if (subscribers.length === 0) return;
    const tooDeep = deadLetterOf === null && event.depth > MAX_DEPTH;
    const stored: StoredEvent | null =
      event.body.byteLength <= KEEP_BODY_BYTES || tooDeep ? { ...event, seq, deadLetterOf } : null;
    for (const { agent, definition, topic: listensTo } of subscribers) {
      if (tooDeep) {
        this.store.insertDelivery(
          seq,
          agent,
          "dead",
          `it is number ${event.depth} of a chain of events; more than ${MAX_DEPTH} are taken for a loop`,
        );
        const topic = definition?.deadLetterTopic ?? null;
        if (topic !== null && stored !== null) this.deadLetter(agent, stored, topic);
      } else {
        const id = this.store.insertDelivery(seq, agent, "pending", null);
        const delivery = { id, eventSeq: seq, attempts: 0, event: stored };
        if (onlyTo === null || onlyTo === "nobody") this.#offerLater(agent, delivery);
        else onlyTo.take(delivery, listensTo);
      }
    }
  }

  #subscribers(event: BusEvent, onlyTo: Addressing["onlyTo"]): readonly LiveSubscription[] {
    if (onlyTo === "nobody") return [];
    if (onlyTo === null) return this.subscriptions.to(event.pubsub, event.topic);
    const listening = this.subscriptions.find(onlyTo.agent, event.pubsub, event.topic);
    // Where the app has not said where it wants it, nobody keeps it.
    return listening === null || listening.route === null ? [] : [listening];
  }

  /** What is not on disk yet is delivered to nobody: after a power cut it would never have been published. */
  #offerLater(agent: string, delivery: QueuedDelivery): void {
    this.commit.afterCommit((error) => {
      if (error === null) this.#lanes.get(agent)?.offer(delivery);
    });
  }
}
