import type { CloudEvent } from "../events/standard-event.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { EtagMismatch, StateStoreMissing } from "./state-store.ts";
import type { Turns } from "./turns.ts";
import type { DaprState, RawEntry } from "./dapr-state.ts";
import { trusted } from "../process/trusted.ts";

const SHELVES = 8;
const ATTEMPTS = 20;

/** What stands on one shelf. */
interface Shelf {
  readonly key: string;
  /** `new` when the shelf was never written. */
  readonly etag: string;
  readonly events: readonly CloudEvent[];
}

/**
 * The outbox of units of work on the state store. A state store cannot be searched, so the events stand on a fixed
 * number of shelves: documents under known keys, one of which is written in each state transaction.
 */
export class StateOutbox implements Outbox {
  readonly #state: DaprState;
  readonly #turns: Turns;
  readonly #keys = Array.from({ length: SHELVES }, (_, index) => `kit/outbox/${index}`);
  readonly #whenMissing: () => void;
  #known = new Set<string>();
  #searched = false;
  #missing = false;

  /**
   * @param turns shared with the units of work of this process: they write the same shelves.
   * @param whenMissing called once when the sidecar has no such state store: then nothing waits in it.
   */
  constructor(state: DaprState, turns: Turns, whenMissing: () => void) {
    this.#state = state;
    this.#turns = turns;
    this.#whenMissing = whenMissing;
  }

  /** The shelf for a unit of work, as it stands now. */
  async shelf(id: string): Promise<Shelf> {
    const key = this.#keys[hash(id) % SHELVES] ?? "kit/outbox/0";
    return toShelf(key, (await this.#state.read([key])).get(key));
  }

  /** The unit of work has put these events on a shelf. */
  noteWaiting(ids: readonly string[]): void {
    for (const id of ids) this.#known.add(id);
  }

  /** As this process knows it: what it has put there or found there. Null until it has looked or put something there. */
  pending(): Promise<number | null> {
    const known = this.#searched || this.#missing || this.#known.size > 0;
    return Promise.resolve(known ? this.#known.size : null);
  }

  /** True when something may stand on the shelves, also from an earlier process that nobody has looked for yet. */
  get mayHoldEvents(): boolean {
    return !this.#searched || this.#known.size > 0;
  }

  /** In turn with the units of work: one that commits in between would be forgotten. */
  read(limit: number, skip: ReadonlySet<string>): Promise<readonly CloudEvent[]> {
    return this.#turns.run(async () => {
      try {
        return await this.#read(limit, skip);
      } catch (error) {
        // Whoever has put something there keeps asking; whoever has not could not have.
        if (!(error instanceof StateStoreMissing) || this.#known.size > 0) throw error;
        if (!this.#missing) this.#whenMissing();
        this.#missing = true;
        return [];
      }
    });
  }

  async #read(limit: number, skip: ReadonlySet<string>): Promise<readonly CloudEvent[]> {
    const shelves = await this.#shelves();
    const events = shelves.flatMap((shelf) => shelf.events);
    this.#known = new Set(events.map((event) => event.id));
    this.#searched = true;
    this.#missing = false;
    return events
      .filter((event) => !skip.has(event.id))
      .toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
      .slice(0, limit);
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#turns.run(() => this.#remove(ids));
  }

  /** A unit of work has failed, and what it has put on a shelf may be there; called in the turn of that unit. */
  async takeBack(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#remove(ids);
  }

  async #remove(ids: readonly string[]): Promise<void> {
    const gone = new Set(ids);
    for (let attempt = 1; ; attempt += 1) {
      const shelves = await this.#shelves();
      const touched = shelves.filter((shelf) => shelf.events.some((event) => gone.has(event.id)));
      try {
        for (const { key, etag, events } of touched) {
          const left = events.filter((event) => !gone.has(event.id));
          await this.#state.save(key, { events: left }, { etag });
        }
        break;
      } catch (error) {
        if (!(error instanceof EtagMismatch) || attempt === ATTEMPTS) throw error;
      }
    }
    for (const id of ids) this.#known.delete(id);
  }

  async #shelves(): Promise<readonly Shelf[]> {
    const found = await this.#state.read(this.#keys);
    return this.#keys.map((key) => toShelf(key, found.get(key)));
  }
}

function toShelf(key: string, entry: RawEntry | undefined): Shelf {
  if (entry === undefined) return { key, etag: "new", events: [] };
  // Written by the kit alone, under keys of its own.
  const { events } = trusted<{ readonly events: readonly CloudEvent[] }>(entry.value);
  return { key, etag: entry.etag, events };
}

/** FNV-1a, 32 bit: spreads ids over the shelves. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
