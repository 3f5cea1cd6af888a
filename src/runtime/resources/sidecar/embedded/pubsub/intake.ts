import type { Bus } from "../bus/bus.ts";
import type { Lane } from "../bus/lane.ts";
import type { Consumer, Pubsub } from "./pubsub.ts";

export interface IntakeParts {
  readonly appId: string;
  readonly bus: Bus;
  readonly lane: Lane;
  /** The app's at present. */
  readonly pubsubs: () => ReadonlyMap<string, Pubsub>;
  readonly log: (level: "info" | "warn" | "error", text: string) => void;
}

const AGAIN_MS = 1_000;

/** Where one app's events come from, beside the bus: its consumers follow its components and its subscriptions. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #consumers = new Map<Pubsub, Consumer>();
  #syncing: Promise<void> = Promise.resolve();
  #again: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Brings the consumers to what the app has and listens to. Where that fails it is said, and tried again. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing
      .then(async () => await this.#sync())
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        if (!this.#closed) this.#parts.log("warn", `its events cannot be taken now: ${why}`);
        if (!this.#closed) this.#again ??= setTimeout(() => this.#retry(), AGAIN_MS).unref();
      });
    return this.#syncing;
  }

  /** What is pending may have become more. */
  lookAgain(): void {
    for (const consumer of this.#consumers.values()) void consumer.lookAgain();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    await this.#syncing;
    await Promise.all([...this.#consumers.values()].map(async (consumer) => await consumer.close()));
    this.#consumers.clear();
  }

  #retry(): void {
    this.#again = null;
    void this.sync();
  }

  async #sync(): Promise<void> {
    if (this.#closed) return;
    const { appId, bus, lane, pubsubs } = this.#parts;
    const present = new Set(pubsubs().values());
    for (const [pubsub, consumer] of this.#consumers) {
      if (present.has(pubsub)) continue;
      this.#consumers.delete(pubsub);
      await consumer.close();
    }
    const all = bus.subscriptions.of(appId);
    for (const pubsub of present) {
      if (pubsub.consume === undefined) continue;
      const mine = all.filter((one) => one.pubsub === pubsub.name);
      const wanted = mine.filter(({ route }) => route !== null).map(({ topic }) => topic);
      const waiting = mine.filter(({ route }) => route === null).map(({ topic }) => topic);
      const consumer = this.#consumers.get(pubsub) ?? pubsub.consume(appId, lane);
      this.#consumers.set(pubsub, consumer);
      await consumer.listen(wanted, waiting);
    }
  }
}
