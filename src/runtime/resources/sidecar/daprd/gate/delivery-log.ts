import type { DeliveryStatus } from "../../../../journal/journal-view.ts";
import { MAX_DEPTH } from "../../embedded/bus/event.ts";
import type { Outcome } from "../../embedded/bus/outcome.ts";
import { Attempts } from "./attempts.ts";
import type { DeliveryRecord } from "./delivery-record.ts";
import type { DeliveredEvent } from "./read-delivery.ts";

/** A delivery that takes longer is told as `delivering`; a faster one is not worth it. */
const SHOW_AFTER_MS = 100;

/** An attempt that runs. Exactly one of its methods is called, once. */
export interface RunningAttempt {
  /** Resolves once it is kept. */
  end(outcomes: (events: readonly DeliveredEvent[]) => readonly Outcome[]): Promise<void>;
  fail(error: string): void;
  /** It was none: the app never had it, or was stopped by the runtime meanwhile. */
  cancel(): void;
}

export interface DeliveryLogOptions {
  readonly agent: string;
  /** The one after which daprd gives up; null where that is not known. */
  readonly maxAttempts: number | null;
  /** A promise: it resolves once the record is kept. */
  readonly onRecord: (record: DeliveryRecord) => void | Promise<void>;
}

/** Tells what became of each attempt. */
export class DeliveryLog {
  readonly #options: DeliveryLogOptions;
  readonly #attempts = new Attempts();
  readonly #running = new Map<object, readonly DeliveredEvent[]>();
  readonly #idle = new Set<() => void>();
  #closed = false;

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
  }

  /** Ids of the events that are with the app. */
  get inFlight(): readonly string[] {
    return [...this.#running.values()].flatMap((events) => events.map(({ event }) => event.id));
  }

  /** The sidecar was restarted: it begins its retries anew. */
  newRound(): void {
    this.#attempts.newRound();
  }

  /** Tells nothing more: what is cut off now is no attempt, and is delivered another time. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves once nothing is with the app, or `ms` have passed. */
  untilIdle(ms: number): Promise<void> {
    if (this.#running.size === 0 || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#idle.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#idle.add(done);
    });
  }

  /** They are part of a chain that is too long, and go nowhere. */
  cut(events: readonly DeliveredEvent[]): void {
    for (const one of events) {
      const why = `it is number ${one.event.depth} of a chain of events; more than ${MAX_DEPTH} are taken for a loop`;
      void this.#tell(one, "dead", this.#attempts.total(keyOf(one)), null, why);
    }
  }

  begin(events: readonly DeliveredEvent[]): RunningAttempt {
    const startedAt = performance.now();
    const token = {};
    this.#running.set(token, events);
    let shown = false;
    const timer = setTimeout(() => {
      shown = true;
      for (const one of events)
        void this.#tell(one, "delivering", this.#attempts.total(keyOf(one)), null, null);
    }, SHOW_AFTER_MS);
    const over = (): number => {
      clearTimeout(timer);
      this.#running.delete(token);
      if (this.#running.size === 0) for (const tell of this.#idle) tell();
      return Math.round((performance.now() - startedAt) * 100) / 100;
    };
    return {
      end: async (read) => {
        const durationMs = over();
        const outcomes = read(events);
        await Promise.all(events.map((one, at) => this.#ended(one, outcomes[at] ?? LOST, durationMs)));
      },
      fail: (error) => {
        const durationMs = over();
        for (const one of events) void this.#ended(one, { at: "retry", error }, durationMs);
      },
      cancel: () => {
        over();
        if (!shown) return;
        for (const one of events)
          void this.#tell(one, "pending", this.#attempts.total(keyOf(one)), null, null);
      },
    };
  }

  async #ended(delivered: DeliveredEvent, outcome: Outcome, durationMs: number): Promise<void> {
    const { total, round } = this.#attempts.ended(keyOf(delivered));
    const { maxAttempts } = this.#options;
    const error = outcome.at === "success" ? null : outcome.error;
    const status = statusOf(outcome, maxAttempts !== null && round >= maxAttempts);
    // Delivered again by hand, it has all its attempts again.
    if (status !== "retrying") this.#attempts.over(keyOf(delivered));
    await this.#tell(delivered, status, total, durationMs, error);
  }

  #tell(
    { event, deadLetterOf }: DeliveredEvent,
    status: DeliveryStatus,
    attempts: number,
    durationMs: number | null,
    error: string | null,
  ): void | Promise<void> {
    if (this.#closed) return;
    return this.#options.onRecord({
      agent: this.#options.agent,
      event,
      deadLetterOf,
      change: { status, attempts, nextAt: null, durationMs, error },
      at: Date.now(),
    });
  }
}

const LOST: Outcome = { at: "retry", error: "the app did not say what became of it" };

function statusOf(outcome: Outcome, last: boolean): DeliveryStatus {
  switch (outcome.at) {
    case "success":
      return "success";
    case "drop":
      return "dropped";
    case "dead":
      return "dead";
    case "retry":
    case "unreachable":
      return last ? "dead" : "retrying";
    default:
      return outcome satisfies never;
  }
}

function keyOf({ event }: DeliveredEvent): string {
  return `${event.pubsub}\0${event.topic}\0${event.id}`;
}
