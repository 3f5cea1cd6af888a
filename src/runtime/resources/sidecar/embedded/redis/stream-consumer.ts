import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, isList, type Reply } from "../../daprd/redis/connection.ts";
import { readEntry } from "../../daprd/redis/stream-entry.ts";
import type { Bus } from "../bus/bus.ts";
import type { Lane } from "../bus/lane.ts";
import type { Consumer } from "../pubsub/pubsub.ts";
import { Acknowledger } from "./acknowledger.ts";
import { Handouts } from "./handouts.ts";
import { takePending } from "./pending-entries.ts";
import type { RedisLink } from "./redis-link.ts";
import type { StreamRecords } from "./stream-records.ts";
import type { StreamSettings } from "./stream-settings.ts";

export interface StreamConsumerParts {
  readonly pubsub: string;
  readonly agent: string;
  readonly group: string;
  readonly settings: StreamSettings;
  /** Nobody else is in the group: what is pending in it at the start was left behind, and is taken at once. */
  readonly alone: boolean;
  /** Where a new group begins: `$` is now, `0` the beginning of the stream. */
  readonly groupsFrom: "$" | "0";
  readonly link: RedisLink;
  /** A connection that may be blocked. */
  readonly openReader: () => Promise<RedisLink>;
  readonly records: StreamRecords;
  readonly bus: Bus;
  readonly lane: Lane;
  /** True once the copies of an event are in their dead-letter streams; null: there are none. */
  readonly deadLettered: (eventSeq: number) => Promise<boolean> | null;
  readonly log: (level: "info" | "warn", text: string) => void;
}

/** An answer comes at least so often, so that topics can change. */
const BLOCK_MS = 2_000;
const AFTER_FAILURE_MS = 200;

/**
 * One agent's way to its events in Redis streams, as daprd's pubsub.redis goes it: one consumer in a group of its own name,
 * entries acknowledged when they are done with, and taken back where they were not.
 */
export class StreamConsumer implements Consumer {
  readonly #parts: StreamConsumerParts;
  readonly #acks: Acknowledger;
  readonly #handouts: Handouts;
  readonly #closed = new AbortController();
  #topics: readonly string[] = [];
  #reader: RedisLink | null = null;
  #reading: Promise<void> | null = null;
  #reclaimTimer: NodeJS.Timeout | null = null;
  #reclaiming: Promise<void> | null = null;
  #room: (() => void) | null = null;

  constructor(parts: StreamConsumerParts) {
    this.#parts = parts;
    this.#acks = new Acknowledger(parts.link, parts.group);
    this.#handouts = new Handouts({
      ...parts,
      onDone: (stream, id) => this.#acks.add(stream, id),
      onRoom: () => this.#room?.(),
    });
  }

  async listen(topics: readonly string[], waiting: readonly string[]): Promise<void> {
    await this.#makeGroups([...topics, ...waiting]);
    const before = this.#topics;
    if (topics.length === before.length && topics.every((topic) => before.includes(topic))) return;
    this.#topics = [...topics];
    const gone = before.filter((topic) => !topics.includes(topic));
    if (gone.length > 0) await this.#handouts.release((stream) => gone.includes(stream));
    if (this.#topics.length === 0) return;
    await this.#reclaim(this.#parts.alone ? 0 : null);
    this.#arm();
    if (this.#reading === null) this.#reading = this.#read();
    // One that waits for the old topics asks anew.
    else await this.#dropReader();
  }

  /** Redis is back, say: what was on the wire when it went is not waited for. */
  async lookAgain(): Promise<void> {
    await this.#acks.flush();
    await this.#reclaim(this.#parts.alone ? 0 : null);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    if (this.#reclaimTimer !== null) clearInterval(this.#reclaimTimer);
    this.#room?.();
    await this.#dropReader();
    await this.#reading;
    await this.#reclaiming;
    await this.#acks.flush();
    await this.#handouts.close();
  }

  async #makeGroups(topics: readonly string[]): Promise<void> {
    const { link, group, groupsFrom } = this.#parts;
    await Promise.all(
      topics.map(async (topic) => {
        try {
          await link.send("XGROUP", "CREATE", topic, group, groupsFrom, "MKSTREAM");
        } catch (error) {
          if (!hasCode(error, "BUSYGROUP")) throw error;
        }
      }),
    );
  }

  async #read(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      const room = this.#handouts.room;
      if (room <= 0) {
        await new Promise<void>((resolve) => (this.#room = resolve));
        this.#room = null;
        continue;
      }
      try {
        this.#reader ??= await this.#parts.openReader();
        await this.#next(this.#reader, room);
      } catch (error) {
        if (signal.aborted) break;
        await this.#mend(error);
      }
    }
    await this.#dropReader();
  }

  async #next(reader: RedisLink, room: number): Promise<void> {
    const { group } = this.#parts;
    const topics = this.#topics;
    const count = ["COUNT", String(room), "BLOCK", String(BLOCK_MS)];
    const from = [...topics, ...topics.map(() => ">")];
    const reply = await reader.sendForBytes(
      "XREADGROUP",
      "GROUP",
      group,
      group,
      ...count,
      "STREAMS",
      ...from,
    );
    for (const one of isList(reply) ? reply : [])
      if (isList(one) && isList(one[1])) this.#take(String(one[0]), one[1]);
  }

  #take(stream: string, entries: readonly Reply[]): void {
    const { pubsub, records, agent, bus } = this.#parts;
    bus.commit.write(() => {
      for (const entry of entries) {
        const record = readEntry(pubsub, stream, entry);
        // It may have come both ways.
        if (record !== null && this.#has(stream, record.id)) continue;
        if (record !== null) this.#handouts.add(stream, record.id, records.claim(record, agent));
        // What is no event of a pub/sub is in nobody's way.
        else if (isList(entry)) this.#acks.add(stream, String(entry[0]));
      }
    });
  }

  /** `minIdleMs` null: as the component says. */
  async #reclaim(minIdleMs: number | null): Promise<void> {
    await this.#reclaiming;
    this.#reclaiming = this.#takeBack(minIdleMs).finally(() => (this.#reclaiming = null));
    await this.#reclaiming;
  }

  async #takeBack(minIdle: number | null): Promise<void> {
    const { link, group, settings, log } = this.#parts;
    const { processingTimeoutMs, redeliverIntervalMs } = settings;
    if (minIdle === null && (processingTimeoutMs === 0 || redeliverIntervalMs === 0)) return;
    for (const stream of this.#topics) {
      try {
        const entries = await takePending(link, {
          stream,
          group,
          minIdleMs: minIdle ?? processingTimeoutMs,
          most: Math.max(0, this.#handouts.room),
          has: (id) => this.#has(stream, id),
        });
        if (!this.#closed.signal.aborted && entries.length > 0) this.#take(stream, entries);
      } catch (error) {
        if (link.isReady && !this.#closed.signal.aborted)
          log("warn", `what is pending in ${stream} cannot be taken: ${String(error)}`);
      }
    }
  }

  #has(stream: string, id: string): boolean {
    return this.#handouts.has(stream, id) || this.#acks.has(stream, id);
  }

  #arm(): void {
    const { redeliverIntervalMs } = this.#parts.settings;
    if (redeliverIntervalMs === 0) return;
    // Alone in the group, whatever is pending and not with us was left behind.
    this.#reclaimTimer ??= setInterval(
      () => void this.#reclaim(this.#parts.alone ? 0 : null),
      redeliverIntervalMs,
    ).unref();
  }

  async #mend(error: unknown): Promise<void> {
    const { signal } = this.#closed;
    if (hasCode(error, "NOGROUP")) {
      this.#parts.log("warn", `the consumer group ${this.#parts.group} is gone: it is made again`);
      // Whatever is in the stream was published for it since.
      const { link, group } = this.#parts;
      for (const topic of this.#topics)
        await link.send("XGROUP", "CREATE", topic, group, "0", "MKSTREAM").catch(() => undefined);
      return;
    }
    if (this.#reader !== null && !this.#reader.isReady) {
      // It comes back by itself, unless it never was there.
      await sleep(AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
      return;
    }
    if (this.#reader !== null) this.#parts.log("warn", `its events cannot be read: ${String(error)}`);
    await sleep(AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
  }

  async #dropReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.[Symbol.asyncDispose]();
  }
}
