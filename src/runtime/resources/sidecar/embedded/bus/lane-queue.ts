import type { BusStore } from "../store/bus-store.ts";
import type { QueuedDelivery } from "./event.ts";

const PAGE = 64;
const MEMORY = 256;

/**
 * What waits in a lane. A page of it is in memory, the rest in the store: a hundred thousand waiting events cost no
 * more memory than a few.
 */
export class LaneQueue {
  readonly #store: BusStore;
  readonly #agent: string;
  /** Came back undelivered; before all others. */
  #front: QueuedDelivery[] = [];
  #queue: QueuedDelivery[] = [];
  #head = 0;
  #due: QueuedDelivery[] = [];
  /** The last delivery id that was taken into memory. */
  #cursor = 0;
  /** The store may hold more than memory does. */
  #behind = true;
  #retryAt: number | null = null;

  constructor(store: BusStore, agent: string) {
    this.#store = store;
    this.#agent = agent;
  }

  rewind(): void {
    this.#front = [];
    this.#queue = [];
    this.#head = 0;
    this.#due = [];
    this.#cursor = 0;
    this.#behind = true;
  }

  /** A new delivery at the end. False: it is left in the store for later. */
  offer(delivery: QueuedDelivery): boolean {
    if (this.#behind || delivery.id <= this.#cursor) return this.#behind;
    if (this.#queue.length - this.#head >= MEMORY) {
      this.#behind = true;
      return false;
    }
    this.#queue.push(delivery);
    this.#cursor = delivery.id;
    return true;
  }

  /** One that is due although the store may be read beyond it already. */
  handOut(delivery: QueuedDelivery): void {
    const last = this.#front.at(-1);
    this.#front.push(delivery);
    if (last !== undefined && last.id > delivery.id) this.#front.sort((a, b) => a.id - b.id);
  }

  putBack(delivery: QueuedDelivery): void {
    this.#front.push({ ...delivery, event: null });
    this.#front.sort((a, b) => a.id - b.id);
  }

  /** The next in publish order, up to the delivery id `kept`; `taken` says what is under way already. */
  take(taken: (id: number) => boolean, kept: number): QueuedDelivery | null {
    const back = this.#front.shift();
    if (back !== undefined) return back;
    for (;;) {
      const next = this.#queue[this.#head];
      if (next === undefined) {
        if (!this.#readPage(kept)) return null;
        continue;
      }
      this.#head += 1;
      if (!taken(next.id)) return next;
    }
  }

  /** When the earliest retry is due. */
  retryAt(at: number): void {
    this.#retryAt = at;
  }

  takeRetry(now: number): QueuedDelivery | null {
    const known = this.#due.shift();
    if (known !== undefined) return known;
    if (this.#retryAt === null || this.#retryAt > now) return null;
    this.#due = this.#store.dueRetries(this.#agent, now, PAGE);
    if (this.#due.length === 0) this.#retryAt = null;
    return this.#due.shift() ?? null;
  }

  #readPage(kept: number): boolean {
    this.#queue = [];
    this.#head = 0;
    if (!this.#behind) return false;
    this.#queue = this.#store.pendingBetween(this.#agent, this.#cursor, kept, PAGE);
    // What is not on disk yet is offered once it is.
    if (this.#queue.length < PAGE) this.#behind = false;
    this.#cursor = this.#queue.at(-1)?.id ?? this.#cursor;
    return this.#queue.length > 0;
  }
}
