import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "../bus/bus.ts";
import type { BusEvent, StoredEvent } from "../bus/event.ts";
import type { Lane } from "../bus/lane.ts";
import type { Metadata } from "../components/metadata.ts";
import { PublishFailure } from "../pubsub/publish-failure.ts";
import type { Consumer, Pubsub } from "../pubsub/pubsub.ts";
import { openRedisLink, type RedisLink, type Word } from "./redis-link.ts";
import { StreamConsumer } from "./stream-consumer.ts";
import { StreamRecords } from "./stream-records.ts";
import type { StreamSettings } from "./stream-settings.ts";

export interface RedisPubsubOptions {
  readonly name: string;
  readonly metadata: Metadata;
  readonly settings: StreamSettings;
  readonly bus: Bus;
  /** See {@link StreamConsumerParts}. */
  readonly alone: boolean;
  readonly groupsFrom: "$" | "0";
  /** True where somebody else records what is published. */
  readonly isTailed: () => boolean;
  /** Says that Redis is away (`warn`), or back. */
  readonly tellOfServer: (level: "info" | "warn", text: string) => void;
  readonly log: (appId: string, level: "info" | "warn" | "error", text: string) => void;
}

const AGAIN_MS = 500;

/** `pubsub.redis` in daprd's own layout: a stream for each topic, a consumer group for each app. */
export class RedisPubsub implements Pubsub {
  readonly name: string;
  readonly metadata: Metadata;
  readonly capabilities = [];
  readonly handsOut = true;
  readonly #options: RedisPubsubOptions;
  readonly #link: RedisLink;
  readonly #records: StreamRecords;
  readonly #consumers = new Set<StreamConsumer>();
  /** Copies for dead-letter topics that are not in Redis yet, by the event. */
  readonly #copies = new Map<number, Promise<boolean>>();
  readonly #closed = new AbortController();

  private constructor(options: RedisPubsubOptions, link: RedisLink) {
    this.name = options.name;
    this.metadata = options.metadata;
    this.#options = options;
    this.#link = link;
    this.#records = new StreamRecords(options.bus, options.isTailed);
  }

  /** @throws Error where Redis cannot be reached */
  static async open(options: RedisPubsubOptions): Promise<RedisPubsub> {
    const { settings, name, tellOfServer } = options;
    const { redis } = settings;
    let pubsub: RedisPubsub | null = null;
    const link = await openRedisLink(redis, {
      onLost: (why) =>
        tellOfServer("warn", `${name}: redis at ${redis.address} is away (${why}); events wait in it`),
      onBack: () => {
        tellOfServer("info", `${name}: redis at ${redis.address} is back`);
        for (const consumer of pubsub?.consumers ?? []) void consumer.lookAgain();
      },
    }).catch((error: unknown) => {
      throw new Error(`redis streams: error connecting to redis at ${redis.address}: ${text(error)}`);
    });
    pubsub = new RedisPubsub(options, link);
    return pubsub;
  }

  get consumers(): Iterable<StreamConsumer> {
    return this.#consumers;
  }

  async publish(events: readonly BusEvent[]): Promise<void> {
    const added = await Promise.allSettled(events.map(async (event) => await this.#add(event, event.topic)));
    this.#record(() => {
      for (const [at, { status }] of added.entries()) {
        const event = events[at];
        if (status === "fulfilled" && event !== undefined) this.#records.published(event, event.topic, null);
      }
    });
    const failed = added.flatMap((one, at): [number, string][] =>
      one.status === "rejected" ? [[at, `redis streams: error from publish: ${text(one.reason)}`]] : [],
    );
    if (failed.length > 0) throw new PublishFailure(new Map(failed));
  }

  /** The copy is in Redis before the entry that it copies is acknowledged. */
  deadLetter(event: StoredEvent, topic: string): void {
    const before = this.#copies.get(event.seq) ?? Promise.resolve(true);
    const copied = before.then(async (there) => there && (await this.#copy(event, topic)));
    this.#copies.set(event.seq, copied);
    void copied.finally(() => {
      if (this.#copies.get(event.seq) === copied) this.#copies.delete(event.seq);
    });
  }

  consume(agent: string, lane: Lane): Consumer {
    const { settings, name, bus, alone, groupsFrom, log } = this.#options;
    const consumer = new StreamConsumer({
      pubsub: name,
      agent,
      group: settings.consumerId ?? agent,
      settings,
      alone,
      groupsFrom,
      link: this.#link,
      openReader: async () => await openRedisLink(settings.redis),
      records: this.#records,
      bus,
      lane,
      deadLettered: (seq) => this.#copies.get(seq) ?? null,
      log: (level, message) => log(agent, level, message),
    });
    this.#consumers.add(consumer);
    return {
      listen: async (topics, waiting) => await consumer.listen(topics, waiting),
      lookAgain: async () => await consumer.lookAgain(),
      close: async () => {
        this.#consumers.delete(consumer);
        await consumer.close();
      },
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([...this.#consumers].map(async (consumer) => await consumer.close()));
    await this.#link[Symbol.asyncDispose]();
  }

  async #add({ body, metadata }: BusEvent, topic: string): Promise<void> {
    const { maxLenApprox, streamTtlMs } = this.#options.settings;
    const cut: readonly Word[] =
      maxLenApprox > 0
        ? ["MAXLEN", "~", String(maxLenApprox)]
        : streamTtlMs > 0
          ? ["MINID", "~", `${Date.now() - streamTtlMs}-1`]
          : [];
    const fields = ["data", body, "metadata", JSON.stringify(metadata ?? {})];
    await this.#link.send("XADD", topic, ...cut, "*", ...fields);
  }

  /** As often as it takes: until it is there, the entry that failed stays pending. False: it was closed before. */
  async #copy(event: StoredEvent, topic: string): Promise<boolean> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        await this.#add(event, topic);
        this.#record(() => this.#records.published(event, topic, event.deadLetterOf ?? event.seq));
        return true;
      } catch (error) {
        if (this.#link.isReady)
          this.#options.log("agents", "error", `a dead letter cannot be added to ${topic}: ${text(error)}`);
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    return false;
  }

  /** What Redis has taken is published, whether or not the journal can say so. */
  #record(write: () => void): void {
    try {
      this.#options.bus.commit.write(write);
    } catch (error) {
      this.#options.log("agents", "error", `what was published is not recorded: ${text(error)}`);
    }
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
