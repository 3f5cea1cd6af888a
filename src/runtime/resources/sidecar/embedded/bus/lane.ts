import type { GroupCommit } from "../store/group-commit.ts";
import type { BusStore } from "../store/bus-store.ts";
import type { AppAddress, AppClient } from "./app-client.ts";
import type { LaneRoutes, Verdict } from "./attempt-delivery.ts";
import { attemptQueued, type Held } from "./attempt-queued.ts";
import { BulkCollector } from "./bulk-collector.ts";
import type { DeliveryPolicies, DeliveryPolicy } from "./delivery-policy.ts";
import type { DeliveryChange, QueuedDelivery, StoredEvent } from "./event.ts";
import { LaneQueue } from "./lane-queue.ts";
import { Prober } from "./prober.ts";
import { Recovery } from "./recovery.ts";

/** What a lane needs of the bus around it. */
export interface LaneContext extends LaneRoutes, Held {
  readonly store: BusStore;
  readonly commit: GroupCommit;
  /** Publishes a copy of the event to a dead-letter topic; called inside a write. */
  deadLetter(event: StoredEvent, topic: string): void;
  /** What an attempt came to; called inside a write, after `deadLetter`. */
  settled(delivery: QueuedDelivery, change: DeliveryChange): void;
  /** Something that the people who watch this agent should know. */
  log(level: "info" | "warn", text: string): void;
}

export interface LaneOptions {
  readonly agent: string;
  readonly address: AppAddress;
  readonly client: AppClient;
  readonly concurrency: number;
  readonly policyFor: DeliveryPolicies;
}

/*
 *            open()                  refused
 *   held  ----------->  open  ------------------->  probing
 *    ^ ^                 |  ^------------------------  |
 *    | '----- hold() ----'        it listens           |
 *    '------------------- hold() ----------------------'
 */
type LaneState =
  /** `planned`: the runtime stops the app itself, so a connection that breaks is not the event's fault. */
  { readonly at: "held"; readonly planned: boolean } | { readonly at: "open" } | { readonly at: "probing" };

interface Flight {
  readonly delivery: QueuedDelivery;
  readonly retry: boolean;
  readonly startedAt: number;
  /** The store says `delivering`. */
  marked: boolean;
}

/** A delivery that takes longer is shown as `delivering`; a faster one is not worth a write. */
const SHOW_AFTER_MS = 100;
/** A half open circuit breaker that lets no more pass is asked again after so long. */
const REFUSED_MS = 50;
/** Between two turns of the event loop at most so many deliveries are started. */
const BURST = 64;

/**
 * The way of events to one agent: starts them in publish order, so many at once; what fails leaves the lane and comes
 * back later without holding up the others.
 */
export class Lane {
  readonly #context: LaneContext;
  readonly #options: LaneOptions;
  readonly #queue: LaneQueue;
  readonly #prober: Prober;
  readonly #recovery: Recovery;
  readonly #bulk: BulkCollector;
  readonly #flights = new Map<number, Flight>();
  readonly #idle = new Set<() => void>();
  #state: LaneState = { at: "held", planned: true };
  #retriesInFlight = 0;
  #retryTimer: NodeJS.Timeout | null = null;
  #markTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(context: LaneContext, options: LaneOptions) {
    this.#context = context;
    this.#options = options;
    this.#queue = new LaneQueue(context.store, options.agent);
    this.#bulk = new BulkCollector(options.client, () => this.#pump());
    this.#prober = new Prober(options.address, () => this.open());
    const warn = (text: string): void => context.log("warn", text);
    this.#recovery = new Recovery(() => this.rewind(), warn);
  }

  /** True while any delivery is with the app. */
  get busy(): boolean {
    return this.#flights.size > 0;
  }

  /** True while deliveries go to the app: it is there, and may be called. */
  get isOpen(): boolean {
    return this.#state.at === "open" && !this.#closed;
  }

  /** The app listens: deliver what waits, from the beginning. */
  open(): void {
    if (this.#closed || this.#context.commit.lost !== null) return;
    this.#prober.stop();
    this.#state = { at: "open" };
    this.rewind();
  }

  /** Starts nothing more. Resolves once nothing is in flight or `graceMs` have passed. */
  async hold(graceMs: number): Promise<void> {
    this.#prober.stop();
    this.#bulk.flush();
    // That it is gone then, after it was asked to stop, was planned as well.
    const planned = graceMs > 0 || (this.#state.at === "held" && this.#state.planned);
    this.#state = { at: "held", planned };
    if (this.#flights.size === 0 || graceMs <= 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#idle.delete(done);
        resolve();
      };
      const timer = setTimeout(done, graceMs);
      this.#idle.add(done);
    });
  }

  /** Reads what waits again from the store: routes have changed, or deliveries came back by hand. */
  rewind(): void {
    if (this.#closed) return;
    this.#queue.rewind();
    this.#armRetry();
    this.#pump();
  }

  /** A new delivery, committed. */
  offer(delivery: QueuedDelivery): void {
    if (this.#queue.offer(delivery)) this.#pump();
  }

  /** A broker hands out a delivery that is in the store. */
  handOut(delivery: QueuedDelivery): void {
    if (this.#closed || this.#flights.has(delivery.id)) return;
    this.#queue.handOut(delivery);
    this.#pump();
  }

  /** Ends the lane: holds, waits, then cuts what is still in flight; that is delivered again another time. */
  async close(graceMs: number): Promise<void> {
    await this.hold(Math.max(graceMs, 1));
    this.#closed = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    if (this.#markTimer !== null) clearTimeout(this.#markTimer);
    this.#recovery.stop();
    // Their verdicts are not heard any more, and a next lane looks only for what waits.
    for (const flight of this.#flights.values()) this.#putBack(flight, false);
    this.#options.client.close();
  }

  /** What is with the app; what waits for others of its bulk is not. */
  get #inFlight(): number {
    return this.#flights.size - this.#bulk.waiting;
  }

  #pump(): void {
    this.#recovery.try(() => this.#start());
  }

  #start(): void {
    for (
      let started = 0;
      this.#state.at === "open" && !this.#closed && this.#inFlight < this.#options.concurrency;
      started += 1
    ) {
      if (started === BURST) {
        setImmediate(() => this.#pump());
        return;
      }
      if (!this.#startNext()) return;
    }
  }

  #startNext(): boolean {
    const mayRetry = this.#retriesInFlight - this.#bulk.waiting < Math.max(1, this.#options.concurrency >> 1);
    const retry = mayRetry ? this.#queue.takeRetry(Date.now()) : null;
    const delivery = retry ?? this.#queue.take((id) => this.#flights.has(id), this.#context.commit.kept);
    if (delivery === null) return false;
    const flight: Flight = {
      delivery,
      retry: retry !== null,
      startedAt: performance.now(),
      marked: retry !== null,
    };
    this.#flights.set(delivery.id, flight);
    if (flight.retry) {
      this.#retriesInFlight += 1;
      this.#write(() => this.#context.store.markDelivering(delivery));
      this.#armRetry();
    }
    this.#markTimer ??= setTimeout(() => this.#markSlow(), SHOW_AFTER_MS);
    void this.#run(flight);
    return true;
  }

  async #run(flight: Flight): Promise<void> {
    const { delivery } = flight;
    const attempted = await attemptQueued(delivery, this.#context, {
      ...this.#options,
      bulk: this.#bulk,
    });
    const durationMs = Math.round((performance.now() - flight.startedAt) * 100) / 100;
    this.#flights.delete(delivery.id);
    if (flight.retry) this.#retriesInFlight -= 1;
    if (this.#closed) return;
    if (attempted.at === "failed") {
      this.#putBack(flight, false);
      this.#recovery.after(attempted.error);
    } else if (attempted.at === "ended") this.#settle(flight, attempted.event, attempted.verdict, durationMs);
    if (this.#flights.size === 0) for (const tell of this.#idle) tell();
    this.#pump();
  }

  #settle(flight: Flight, event: StoredEvent, verdict: Verdict, durationMs: number): void {
    const { delivery } = flight;
    if (verdict.at === "unrouted") return this.#putBack(flight, false);
    if (verdict.at === "unreachable") return this.#unreachable(flight);
    if (verdict.at === "retry" && verdict.broken && this.#state.at === "held" && this.#state.planned)
      return this.#putBack(flight, true);
    const untried = verdict.at === "expired" || verdict.at === "refused";
    const attempts = delivery.attempts + (untried ? 0 : 1);
    const error = verdict.at === "success" ? null : verdict.error;
    const nextAt = nextAttempt(verdict, this.#options.policyFor(event.pubsub), attempts);
    const failed = verdict.at === "retry" || verdict.at === "refused";
    const status = !failed ? verdict.at : nextAt === null ? "dead" : "retrying";
    const change: DeliveryChange = { status, attempts, nextAt, durationMs, error };
    const deadLetterTopic =
      verdict.at === "success" || status === "retrying" ? null : verdict.deadLetterTopic;
    this.#write(() => {
      this.#context.store.changeDelivery(delivery, change);
      if (deadLetterTopic !== null) this.#context.deadLetter(event, deadLetterTopic);
      this.#context.settled(delivery, change);
    });
    if (nextAt !== null) this.#armRetry();
    else if (error !== null)
      this.#context.log(
        "warn",
        `${event.type} ${event.id} is ${status} after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}: ${error}`,
      );
  }

  #unreachable(flight: Flight): void {
    this.#putBack(flight, true);
    if (this.#state.at !== "open") return;
    this.#state = { at: "probing" };
    this.#context.log(
      "info",
      `nothing listens on port ${this.#options.address.port}: deliveries wait until it does`,
    );
    this.#prober.start();
  }

  /** Back to where it was, as if it had not been tried. */
  #putBack(flight: Flight, inFront: boolean): void {
    const { delivery } = flight;
    if (flight.marked) {
      const change: DeliveryChange = {
        status: "pending",
        attempts: delivery.attempts,
        nextAt: null,
        durationMs: null,
        error: null,
      };
      this.#write(() => this.#context.store.changeDelivery(delivery, change));
    }
    if (inFront) this.#queue.putBack(delivery);
  }

  /** Where the write is lost the store still has the delivery open: it is read, and delivered, again. */
  #write(work: () => void): void {
    try {
      this.#context.commit.write(work);
    } catch {
      // Told to everybody who waits for the commit, below.
    }
    this.#context.commit.afterCommit((error) => {
      if (error !== null && !this.#closed) setTimeout(() => this.rewind(), 1000).unref();
    });
  }

  #armRetry(): void {
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    if (!this.#closed) this.#recovery.try(() => this.#setRetryTimer());
  }

  #setRetryTimer(): void {
    const at = this.#context.store.nextRetryAt(this.#options.agent);
    if (at === null) return;
    this.#queue.retryAt(at);
    // A timer may come a millisecond before the clock says so: then it is set again.
    this.#retryTimer = setTimeout(
      () => (Date.now() < at ? this.#armRetry() : this.#pump()),
      Math.max(1, at - Date.now()),
    );
  }

  #markSlow(): void {
    this.#markTimer = null;
    const now = performance.now();
    let waiting = false;
    for (const flight of this.#flights.values()) {
      if (flight.marked) continue;
      if (now - flight.startedAt < SHOW_AFTER_MS * 0.9) waiting = true;
      else {
        flight.marked = true;
        this.#write(() => this.#context.store.markDelivering(flight.delivery));
      }
    }
    if (waiting) this.#markTimer = setTimeout(() => this.#markSlow(), SHOW_AFTER_MS);
  }
}

/** When a delivery is to be tried again; null where it is not. */
function nextAttempt(verdict: Verdict, { retry, waits }: DeliveryPolicy, attempts: number): number | null {
  if (verdict.at === "refused") return waits ? Math.max(verdict.retryAt, Date.now() + REFUSED_MS) : null;
  if (verdict.at !== "retry" || (verdict.status !== null && !retry.covers(verdict.status))) return null;
  const delay = retry.delay(attempts);
  return delay === null ? null : Date.now() + delay;
}
