import type { CloudEvent } from "../events/standard-event.ts";
import type { Logger } from "../log/logger.ts";
import type { Outbox, Publish } from "./outbox.ts";

const BATCH = 100;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/**
 * Publishes what stands in an outbox, in the order of its flows, and takes it out. An event may be published twice, with
 * the same id, when the process dies in between; it is never left out. After a failure it tries again by itself.
 */
export class OutboxRelay {
  readonly #outbox: Outbox;
  readonly #publish: Publish;
  readonly #log: Logger;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #stopped = false;

  constructor(outbox: Outbox, publish: Publish, log: Logger) {
    this.#outbox = outbox;
    this.#publish = publish;
    this.#log = log;
  }

  /** Resolves when all that was committed before the call is published. @throws what the bus said. */
  flush(): Promise<void> {
    if (this.#running === null) return this.#start();
    // A pass is under way that may have read the outbox before our rows were in it: the one after it is ours.
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  pending(): Promise<number> {
    return this.#outbox.pending();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #startNext(): Promise<void> {
    this.#next = null;
    return this.#start();
  }

  #start(): Promise<void> {
    const pass = this.#pass().finally(() => {
      if (this.#running === pass) this.#running = null;
    });
    this.#running = pass;
    return pass;
  }

  async #pass(): Promise<void> {
    try {
      for (;;) {
        const events = await this.#outbox.read(BATCH);
        if (events.length > 0) await this.#publishAll(events);
        if (events.length < BATCH) break;
      }
      if (this.#failures > 0) this.#log.info("the outbox is published again");
      this.#failures = 0;
    } catch (error) {
      this.#retryLater(error);
      throw error;
    }
  }

  /** Flows beside each other, the events of one flow one after the other. */
  async #publishAll(events: readonly CloudEvent[]): Promise<void> {
    const published: string[] = [];
    const flows = Map.groupBy(events, (event) => event.data.data.correlationId);
    const outcomes = await Promise.allSettled(
      flows.values().map(async (flow) => {
        for (const event of flow) {
          await this.#publish(event);
          published.push(event.id);
        }
      }),
    );
    if (published.length > 0) await this.#outbox.remove(published);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #retryLater(error: unknown): void {
    if (this.#stopped || this.#timer !== null) return;
    this.#failures += 1;
    const delay = Math.min(FIRST_DELAY * 2 ** (this.#failures - 1), LONGEST_DELAY);
    if (this.#failures === 1) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.warn("events wait in the outbox", { reason, retryInMs: delay });
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.flush().catch(() => undefined); // the failure sets the next timer
    }, delay);
    this.#timer.unref();
  }
}
