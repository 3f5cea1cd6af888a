import type { CloudEvent } from "../events/standard-event.ts";

/** Milliseconds that an event is left to the replica that has committed it; publishing takes a few. */
const PATIENCE = 5_000;
/** So many are not kept in mind: whoever leaves that many behind needs help. */
const MANY = 1_000;

/**
 * Replicas share one outbox. Each publishes at once what its own work asks for; what it finds besides is left to the
 * replica that has committed it, which is publishing it just then. Who has not done so after a while is taken to be gone.
 */
export class LeftToOthers {
  /** When each was first seen, in milliseconds of the process's own clock. */
  #since = new Map<string, number>();
  #left = new Map<string, number>();
  #flows = new Set<string>();

  /** A look through the outbox begins, oldest first. */
  begin(): void {
    this.#left = new Map();
    this.#flows = new Set();
  }

  /** Leaves an event alone, if it may still wait. True also for what would overtake one of its flow that was left. */
  leave({ id, data }: CloudEvent): boolean {
    const flow = data.data.correlationId;
    const now = performance.now();
    const since = this.#since.get(id) ?? now;
    const waitedLong = now - since >= PATIENCE || this.#left.size >= MANY;
    if (waitedLong && !this.#flows.has(flow)) return false;
    this.#left.set(id, since);
    this.#flows.add(flow);
    return true;
  }

  /** The look is over: what it did not meet is forgotten. Gives the milliseconds until the next one; null: none is needed. */
  end(): number | null {
    this.#since = this.#left;
    if (this.#since.size === 0) return null;
    return Math.max(0, Math.min(...this.#since.values()) + PATIENCE - performance.now());
  }

  /** Those that were left in this look. */
  get ids(): Iterable<string> {
    return this.#left.keys();
  }

  /** Whether something of the flow was left in this look. */
  hasFlow(flow: string): boolean {
    return this.#flows.has(flow);
  }
}
