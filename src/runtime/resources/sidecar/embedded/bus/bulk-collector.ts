import type { AppClient } from "./app-client.ts";
import { entryAnswer } from "./bulk-answer.ts";
import { bulkRequest } from "./delivery-request.ts";
import type { StoredEvent } from "./event.ts";
import type { Attempt } from "./outcome.ts";
import type { Route } from "./subscription.ts";

/** An event on its way to an app that takes several at once. */
export interface BulkItem {
  readonly event: StoredEvent;
  readonly route: Route;
  /** As it is sent; events of one topic may go different ways. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly appToken: string | undefined;
}

interface Batch {
  readonly items: BulkItem[];
  readonly answers: ((attempt: Attempt) => void)[];
  readonly timer: NodeJS.Timeout;
}

/** Collects the events of each topic and path until there are as many as its app wants, or it has waited long enough. */
export class BulkCollector {
  readonly #client: AppClient;
  readonly #onSent: () => void;
  readonly #batches = new Map<string, Batch>();
  #waiting = 0;

  constructor(client: AppClient, onSent: () => void) {
    this.#client = client;
    this.#onSent = onSent;
  }

  /** So many wait for others to come: they keep no app busy. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves with what the app answered for this event. */
  post(item: BulkItem): Promise<Attempt> {
    const bulk = item.route.definition.bulk;
    const { maxMessages, maxAwaitMs } = bulk ?? { maxMessages: 1, maxAwaitMs: 0 };
    const key = [item.event.pubsub, item.event.topic, item.path].join("\0");
    return new Promise((resolve) => {
      const batch = this.#batches.get(key) ?? {
        items: [],
        answers: [],
        timer: setTimeout(() => this.#send(key), maxAwaitMs),
      };
      this.#batches.set(key, batch);
      batch.items.push(item);
      batch.answers.push(resolve);
      this.#waiting += 1;
      if (batch.items.length >= maxMessages) this.#send(key);
    });
  }

  /** Sends what has come, as nothing more is going to. */
  flush(): void {
    for (const key of this.#batches.keys()) this.#send(key);
  }

  #send(key: string): void {
    const batch = this.#batches.get(key);
    const first = batch?.items[0];
    if (batch === undefined || first === undefined) return;
    clearTimeout(batch.timer);
    this.#batches.delete(key);
    this.#waiting -= batch.items.length;
    const events = batch.items.map(({ event }) => event);
    const { headers, body } = bulkRequest(events, first.route, first.appToken);
    const timeoutMs = Math.max(...batch.items.map((item) => item.timeoutMs));
    void this.#client.post(first.path, headers, body, timeoutMs).then((attempt) => {
      for (const [index, answer] of batch.answers.entries())
        answer(entryAnswer(attempt, String(events[index]?.seq)));
    });
    this.#onSent();
  }
}
