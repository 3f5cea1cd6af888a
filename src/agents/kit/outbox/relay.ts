import type { CloudEvent } from "../events/standard-event.ts";
import type { Logger } from "../log/logger.ts";
import { SidecarUnreachable } from "../state/state-store.ts";
import { LeftToOthers } from "./left-to-others.ts";
import type { Outbox, OutboxState, Publish } from "./outbox.ts";

const BATCH = 100;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/** Events of one flow that are set aside. */
interface SetAside {
  readonly ids: Set<string>;
  /** Why the first of them could not be published. */
  readonly reason: unknown;
}

/** Flows that are set aside after a pass. */
type Left = ReadonlyMap<string, SetAside>;

/**
 * Publishes what stands in an outbox, in the order of its flows, and takes it out. An event may be published twice, with
 * the same id, when the process dies in between; it is never left out. An event that cannot be published holds back its
 * own flow only: the flow is set aside, the others go on, and after a while all is tried again. Of what other replicas
 * have committed it publishes the flows that it is asked for, and what was left behind.
 */
export class OutboxRelay {
  readonly #outbox: Outbox;
  readonly #publish: Publish;
  readonly #log: Logger;
  readonly #aside = new Map<string, SetAside>();
  /** Events that were set aside and are being tried again. */
  readonly #again = new Set<string>();
  /** Flows that the next pass tries, also when they are set aside. */
  readonly #wanted = new Set<string>();
  readonly #left = new LeftToOthers();
  /** When this process began, as events tell their time: what is older was left by an earlier one. */
  readonly #began = new Date().toISOString();
  /** The next pass publishes what an earlier process has left. */
  #earlier = false;
  #running: Promise<Left> | null = null;
  #next: Promise<Left> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #look: NodeJS.Timeout | null = null;
  #failures = 0;
  #stopped = false;

  constructor(outbox: Outbox, publish: Publish, log: Logger) {
    this.#outbox = outbox;
    this.#publish = publish;
    this.#log = log;
  }

  /**
   * Resolves when what the flow has committed before the call is published; without a flow, when everything is that an
   * earlier process has left or that could not be published before.
   *
   * @param flow the correlation id. @throws what the bus said.
   */
  async flush(flow?: string): Promise<void> {
    if (flow === undefined) {
      for (const held of this.#aside.keys()) this.#wanted.add(held);
      this.#earlier = true;
    } else {
      this.#wanted.add(flow);
    }
    const aside = await this.#request();
    const failed = flow === undefined ? aside.values().next().value : aside.get(flow);
    if (failed !== undefined) throw failed.reason;
  }

  async state(): Promise<OutboxState> {
    return { pending: await this.#outbox.pending(), failed: this.#idsAside().union(this.#again).size };
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of [this.#timer, this.#look]) if (timer !== null) clearTimeout(timer);
    this.#timer = null;
    this.#look = null;
  }

  #request(): Promise<Left> {
    if (this.#running === null) return this.#start();
    // A pass is under way that may have read the outbox before our rows were in it: the one after it is ours.
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<Left> {
    this.#next = null;
    return this.#start();
  }

  #start(): Promise<Left> {
    const pass = this.#pass().finally(() => {
      if (this.#running === pass) this.#running = null;
    });
    this.#running = pass;
    return pass;
  }

  async #pass(): Promise<Left> {
    for (const flow of this.#wanted) {
      for (const id of this.#aside.get(flow)?.ids ?? []) this.#again.add(id);
      this.#aside.delete(flow);
    }
    const wanted = new Set(this.#wanted);
    const earlier = this.#earlier;
    this.#wanted.clear();
    this.#earlier = false;
    this.#left.begin();
    try {
      for (;;) {
        const events = await this.#outbox.read(BATCH, new Set([...this.#idsAside(), ...this.#left.ids]));
        const due = events.filter((event) => {
          const flow = event.data.data.correlationId;
          // A flow that was asked for while we read need not wait for the next pass.
          const asked = wanted.has(flow) || (this.#wanted.has(flow) && !this.#left.hasFlow(flow));
          return asked || (earlier && event.time < this.#began) || !this.#left.leave(event);
        });
        if (due.length > 0) await this.#publishAll(due);
        if (events.length < BATCH) break;
      }
      this.#again.clear();
      this.#lookAgain(this.#left.end());
    } catch (error) {
      for (const flow of wanted) if (!this.#aside.has(flow)) this.#wanted.add(flow);
      if (earlier) this.#earlier = true;
      this.#retryLater(error);
      throw error;
    }
    const [failed] = this.#aside.values();
    if (failed !== undefined) {
      this.#retryLater(failed.reason);
    } else {
      if (this.#failures > 0) this.#log.info("the outbox is published again");
      this.#failures = 0;
    }
    // As it is now: the next pass may begin before whoever waits for this one goes on.
    return new Map(this.#aside);
  }

  /**
   * Flows beside each other, the events of one flow one after the other.
   *
   * @throws when the sidecar does not answer: then there is no use in trying more.
   */
  async #publishAll(events: readonly CloudEvent[]): Promise<void> {
    const published: string[] = [];
    const failures: unknown[] = [];
    const flows = Map.groupBy(events, (event) => event.data.data.correlationId);
    await Promise.all(
      flows.entries().map(async ([flow, all]) => {
        const before = this.#aside.get(flow);
        // They would overtake those that wait.
        if (before !== undefined) return this.#setAside(flow, all, before.reason);
        for (const [index, event] of all.entries()) {
          try {
            await this.#publish(event);
            published.push(event.id);
            this.#again.delete(event.id);
          } catch (error) {
            failures.push(error);
            this.#setAside(flow, all.slice(index), error);
            return;
          }
        }
      }),
    );
    if (published.length > 0) await this.#outbox.remove(published);
    const gone = failures.find((error) => error instanceof SidecarUnreachable);
    if (gone !== undefined) throw gone;
  }

  #setAside(flow: string, events: readonly CloudEvent[], reason: unknown): void {
    const ids = this.#aside.get(flow)?.ids ?? new Set<string>();
    for (const event of events) ids.add(event.id);
    this.#aside.set(flow, { ids, reason });
  }

  #idsAside(): ReadonlySet<string> {
    return new Set([...this.#aside.values()].flatMap(({ ids }) => [...ids]));
  }

  /** Looks after `ms` milliseconds whether what was left to others is still there. */
  #lookAgain(ms: number | null): void {
    if (ms === null || this.#stopped || this.#look !== null) return;
    this.#look = setTimeout(() => {
      this.#look = null;
      void this.#request().catch(() => undefined); // the failure sets a timer of its own
    }, ms);
    this.#look.unref();
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
      // First what was not tried yet: nothing that fails again and again keeps the rest from its turn.
      void this.#request()
        .catch(() => undefined)
        .then(() => this.flush())
        .catch(() => undefined); // the failure sets the next timer
    }, delay);
    this.#timer.unref();
  }
}
