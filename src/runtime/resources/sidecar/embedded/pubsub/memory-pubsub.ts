import type { Addressing, Bus } from "../bus/bus.ts";
import type { BusEvent, DeliveryChange, QueuedDelivery, StoredEvent } from "../bus/event.ts";
import type { Lane } from "../bus/lane.ts";
import type { Metadata } from "../components/metadata.ts";
import type { Consumer, Pubsub } from "./pubsub.ts";

/** What waits for one subscription. */
interface Line {
  readonly waiting: QueuedDelivery[];
  /** One is with the app, or is to be tried again. */
  busy: boolean;
}

/**
 * `pubsub.in-memory`: one app's own. As with Dapr's, no other app gets its events; each subscription gets one at a time, its
 * retries included; what comes while the app is not there goes nowhere, and what waits ends with the sidecar, however that
 * ends. Events are recorded all the same.
 */
export class MemoryPubsub implements Pubsub {
  readonly name: string;
  readonly metadata: Metadata;
  readonly capabilities = ["SUBSCRIBE_WILDCARDS"];
  readonly handsOut = true;
  readonly #bus: Bus;
  readonly #appId: string;
  readonly #lines = new Map<string, Line>();
  #lane: Lane | null = null;

  constructor(name: string, metadata: Metadata, bus: Bus, appId: string) {
    this.name = name;
    this.metadata = metadata;
    this.#bus = bus;
    this.#appId = appId;
    // What a sidecar before this one left when it was killed.
    this.#dropWaiting();
  }

  async publish(events: readonly BusEvent[]): Promise<void> {
    for (const event of events) this.#bus.accept(event, this.#addressing(null));
    await this.#bus.commit.committed();
  }

  deadLetter(event: StoredEvent, topic: string): void {
    this.#bus.accept({ ...event, topic }, this.#addressing(event.deadLetterOf ?? event.seq));
  }

  consume(_agent: string, lane: Lane): Consumer {
    this.#lane = lane;
    return {
      listen: (topics) => {
        for (const topic of this.#lines.keys()) if (!topics.includes(topic)) this.#end(topic);
        return Promise.resolve();
      },
      lookAgain: () => Promise.resolve(),
      close: () => {
        this.#lane = null;
        for (const topic of this.#lines.keys()) this.#end(topic);
        return Promise.resolve();
      },
    };
  }

  async close(): Promise<void> {
    this.#dropWaiting();
    await this.#bus.commit.committed();
  }

  #dropWaiting(): void {
    const { commit, subscriptions } = this.#bus;
    commit.write(() => subscriptions.dropWaiting(this.#appId, this.name, "it waited in memory"));
  }

  #addressing(deadLetterOf: number | null): Addressing {
    const lane = this.#lane;
    if (lane === null || !lane.isOpen) return { onlyTo: "nobody", deadLetterOf };
    const take = (delivery: QueuedDelivery, topic: string): void => this.#take(lane, delivery, topic);
    return { onlyTo: { agent: this.#appId, take }, deadLetterOf };
  }

  #take(lane: Lane, delivery: QueuedDelivery, topic: string): void {
    const { claims, commit } = this.#bus;
    const line = this.#lines.get(topic) ?? { waiting: [], busy: false };
    this.#lines.set(topic, line);
    claims.take(delivery.id, { settled: (change) => this.#settled(lane, line, delivery, change) });
    commit.afterCommit((error) => {
      if (error !== null) return claims.release(delivery.id);
      line.waiting.push(delivery);
      this.#next(lane, line);
    });
  }

  #next(lane: Lane, line: Line): void {
    if (line.busy) return;
    const delivery = line.waiting.shift();
    if (delivery === undefined) return;
    line.busy = true;
    this.#bus.claims.handOut(delivery);
    lane.handOut(delivery);
  }

  #settled(lane: Lane, line: Line, { id }: QueuedDelivery, { status }: DeliveryChange): void {
    if (status === "retrying") return;
    const { claims, commit } = this.#bus;
    claims.release(id);
    commit.afterCommit(() => {
      line.busy = false;
      this.#next(lane, line);
    });
  }

  /** Nobody listens by this topic any more; what waited for it was dropped with the subscription. */
  #end(topic: string): void {
    const line = this.#lines.get(topic);
    this.#lines.delete(topic);
    for (const { id } of line?.waiting.splice(0) ?? []) this.#bus.claims.release(id);
  }
}
