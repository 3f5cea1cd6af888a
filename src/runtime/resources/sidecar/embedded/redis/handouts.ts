import type { Bus } from "../bus/bus.ts";
import { MAX_DEPTH, type DeliveryChange } from "../bus/event.ts";
import type { Lane } from "../bus/lane.ts";
import type { RedisLink } from "./redis-link.ts";
import type { ClaimedDelivery } from "./stream-records.ts";
import type { StreamSettings } from "./stream-settings.ts";

export interface HandoutsParts {
  readonly pubsub: string;
  readonly agent: string;
  readonly group: string;
  readonly settings: StreamSettings;
  readonly link: RedisLink;
  readonly bus: Bus;
  readonly lane: Lane;
  /** True once the copies of an event are in their dead-letter streams; null: there are none. */
  readonly deadLettered: (eventSeq: number) => Promise<boolean> | null;
  /** Nothing more is to be done with an entry, and the journal says so on disk. */
  readonly onDone: (stream: string, id: string) => void;
  /** There is room for more. */
  readonly onRoom: () => void;
}

/** An entry that is with us. */
interface Handout {
  readonly stream: string;
  readonly id: string;
  readonly claimed: ClaimedDelivery;
  /** `waiting`: for a place. `retrying`: it holds up nobody. */
  at: "waiting" | "lane" | "retrying";
}

/** What was read from streams and is not done with: so many entries at once go to the lane, the others wait in order. */
export class Handouts {
  readonly #parts: HandoutsParts;
  readonly #byEntry = new Map<string, Handout>();
  #waiting: Handout[] = [];
  #inLane = 0;
  #closed = false;

  constructor(parts: HandoutsParts) {
    this.#parts = parts;
  }

  /** How many more entries may be read. */
  get room(): number {
    return this.#parts.settings.queueDepth - this.#inLane - this.#waiting.length;
  }

  has(stream: string, id: string): boolean {
    return this.#byEntry.has(keyOf(stream, id));
  }

  /** Takes an entry; inside of a write. It goes to the lane once that is committed. */
  add(stream: string, id: string, claimed: ClaimedDelivery): void {
    if (this.#closed || this.has(stream, id)) return;
    const { bus, agent, pubsub } = this.#parts;
    const { delivery, tooDeep, event } = claimed;
    const handout: Handout = { stream, id, claimed, at: claimed.nextAt === null ? "waiting" : "retrying" };
    this.#byEntry.set(keyOf(stream, id), handout);
    bus.claims.take(delivery.id, { settled: (change) => this.#settled(handout, change) });
    if (tooDeep) {
      const error = `it is number ${event.depth} of a chain of events; more than ${MAX_DEPTH} are taken for a loop`;
      const change = { status: "dead", attempts: 0, nextAt: null, durationMs: null, error } as const;
      bus.store.changeDelivery(delivery, change);
      const topic = bus.subscriptions.find(agent, pubsub, stream)?.definition?.deadLetterTopic ?? null;
      if (topic !== null) bus.deadLetter(agent, event, topic);
      this.#settled(handout, change);
    } else if (handout.at === "waiting") {
      this.#waiting.push(handout);
      bus.commit.afterCommit((error) => (error === null ? this.#fill() : this.#giveUp(handout)));
    } else {
      bus.claims.handOut(delivery);
      bus.commit.afterCommit(() => this.#parts.lane.rewind());
    }
  }

  /** Takes nothing more, and makes what is left free. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.release(() => true);
  }

  /** Makes what is not done with free for whoever comes next, at once. */
  async release(of: (stream: string) => boolean): Promise<void> {
    const { bus, link, group, settings } = this.#parts;
    const left = [...this.#byEntry.values()].filter(({ stream }) => of(stream));
    for (const { stream, id, claimed, at } of left) {
      if (at === "lane") this.#inLane -= 1;
      this.#byEntry.delete(keyOf(stream, id));
      bus.claims.release(claimed.delivery.id);
    }
    this.#waiting = this.#waiting.filter(({ stream }) => !of(stream));
    const idle = String(settings.processingTimeoutMs + 1_000);
    const streams = Map.groupBy(left, ({ stream }) => stream);
    await Promise.all(
      [...streams].map(async ([stream, entries]) => {
        const ids = entries.map(({ id }) => id);
        // Where Redis is away, they are free after `processingTimeout`.
        await link
          .send("XCLAIM", stream, group, group, "0", ...ids, "IDLE", idle, "JUSTID")
          .catch(() => undefined);
      }),
    );
  }

  #fill(): void {
    const { settings, lane, bus } = this.#parts;
    while (this.#inLane < settings.concurrency) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.at = "lane";
      this.#inLane += 1;
      bus.claims.handOut(next.claimed.delivery);
      lane.handOut(next.claimed.delivery);
    }
  }

  #settled(handout: Handout, { status }: DeliveryChange): void {
    const { bus } = this.#parts;
    if (handout.at === "lane") this.#inLane -= 1;
    handout.at = "retrying";
    if (status !== "retrying") {
      bus.claims.release(handout.claimed.delivery.id);
      const copied = this.#parts.deadLettered(handout.claimed.delivery.eventSeq);
      bus.commit.afterCommit((error) => {
        if (error !== null) return this.#giveUp(handout);
        if (copied === null) this.#done(handout);
        else void copied.then((there) => (there ? this.#done(handout) : undefined));
      });
    }
    bus.commit.afterCommit(() => this.#afterSettled());
  }

  #afterSettled(): void {
    this.#fill();
    this.#parts.onRoom();
  }

  #done({ stream, id }: Handout): void {
    // What was released meanwhile is somebody else's.
    if (this.#byEntry.delete(keyOf(stream, id))) this.#parts.onDone(stream, id);
  }

  /** The journal did not take it: the entry is pending, and is taken again when it is old enough. */
  #giveUp(handout: Handout): void {
    this.#byEntry.delete(keyOf(handout.stream, handout.id));
    this.#waiting = this.#waiting.filter((one) => one !== handout);
    this.#parts.bus.claims.release(handout.claimed.delivery.id);
  }
}

function keyOf(stream: string, id: string): string {
  return `${stream}\0${id}`;
}
