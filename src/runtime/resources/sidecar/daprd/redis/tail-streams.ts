import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis, hasCode, isList, type RedisConnection, type Reply } from "./connection.ts";
import { readEntry, type TailRecord } from "./stream-entry.ts";

export interface TailOptions {
  readonly url: string;
  /** Name of the pub/sub component whose streams these are. */
  readonly pubsub: string;
  /** Streams to be read, there already or not. */
  readonly topics: readonly string[];
  /** The last entry that was recorded of each stream: goes on after it. Others are read from now on. */
  readonly positions: Readonly<Record<string, string>>;
  /** Streams that appear later and match this glob are read from their first entry; null: only `topics`. */
  readonly discover: string | null;
  /** In the order of each stream. Where it rejects, the same records come again. */
  readonly onRecords: (records: readonly TailRecord[]) => void | Promise<void>;
  /** The connection was lost and is being made again; null: it is back. */
  readonly onError: (message: string | null) => void;
}

/** A new stream, or one that `follow` names, is read after so long at most. */
const BLOCK_MS = 500;
/** Entries of each stream in one answer. */
const COUNT = 200;
/** In a Redis that holds more keys, which is not ours, new streams are not looked for. */
const MOST_KEYS = 200_000;
const AFTER_FAILURE_MS = 500;

/**
 * Reads what is published to Redis streams, beside the consumer groups and without one: nothing that it does is seen by a
 * sidecar. Resolves once the streams' present ends are known, so that all that is published from then on is told.
 */
export async function tailStreams(options: TailOptions): Promise<StreamTail> {
  const redis = await connectRedis(options.url, options.onError);
  const tail = new StreamTail(redis, options);
  try {
    await tail.begin();
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
  return tail;
}

export class StreamTail implements AsyncDisposable {
  readonly #redis: RedisConnection;
  readonly #options: TailOptions;
  readonly #positions = new Map<string, string>();
  /** Streams that were there before: none of their history is told. */
  readonly #ignored = new Set<string>();
  readonly #closed = new AbortController();
  /** Told whenever positions have moved. */
  readonly #moved = new Set<() => void>();
  #looked = 0;
  #done: Promise<void> = Promise.resolve();

  constructor(redis: RedisConnection, options: TailOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  /** The last entry told of each stream. */
  get positions(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#positions);
  }

  /** Fixes where to begin, then reads until it is disposed of. */
  async begin(): Promise<void> {
    const { topics, positions } = this.#options;
    const present = await this.#streams();
    for (const topic of new Set([...topics, ...present, ...Object.keys(positions)])) {
      this.#positions.set(topic, positions[topic] ?? (await this.#endOf(topic)));
    }
    this.#done = this.#read();
  }

  /** Reads these streams as well, from their first entry where they are new. */
  follow(topics: readonly string[]): void {
    for (const topic of topics) {
      if (!this.#positions.has(topic) && !this.#ignored.has(topic)) this.#positions.set(topic, "0-0");
    }
  }

  /** Resolves once a stream was told up to an entry, or the signal aborts. */
  async reached(stream: string, entry: string, signal: AbortSignal): Promise<void> {
    this.follow([stream]);
    while (!signal.aborted && !this.#closed.signal.aborted) {
      if (!isBefore(this.#positions.get(stream) ?? "0-0", entry)) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener("abort", wake);
          this.#closed.signal.removeEventListener("abort", wake);
          this.#moved.delete(wake);
          resolve();
        };
        signal.addEventListener("abort", wake);
        this.#closed.signal.addEventListener("abort", wake);
        this.#moved.add(wake);
      });
    }
  }

  /** Resolves once all that is in Redis now, asked over another connection, was told, or the signal aborts. */
  async caughtUp(redis: RedisConnection, signal: AbortSignal): Promise<void> {
    this.follow(await this.#streams(redis));
    const streams = [...this.#positions.keys()];
    await Promise.all(
      streams.map(async (stream) => await this.reached(stream, await lastEntry(stream, redis), signal)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#redis[Symbol.asyncDispose]();
    await this.#done;
  }

  async #read(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        await this.#discover();
        await this.#next();
      } catch (error) {
        if (signal.aborted) return;
        await this.#leaveWrongType(error);
        await sleep(AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #next(): Promise<void> {
    const streams = [...this.#positions.keys()];
    if (streams.length === 0) {
      await sleep(BLOCK_MS, undefined, { signal: this.#closed.signal });
      return;
    }
    const ids = streams.map((stream) => this.#positions.get(stream) ?? "0-0");
    const count = ["COUNT", String(COUNT), "BLOCK", String(BLOCK_MS)];
    const reply = await this.#redis.sendForBytes("XREAD", ...count, "STREAMS", ...streams, ...ids);
    if (!isList(reply)) return;
    const ends = new Map<string, string>();
    const records = reply.flatMap((one) => this.#readStream(one, ends));
    if (records.length > 0) await this.#options.onRecords(records);
    for (const [stream, id] of ends) this.#positions.set(stream, id);
    for (const wake of this.#moved) wake();
  }

  #readStream(reply: Reply, ends: Map<string, string>): TailRecord[] {
    if (!isList(reply) || !isList(reply[1])) return [];
    const stream = String(reply[0]);
    return reply[1].flatMap((entry) => {
      if (isList(entry)) ends.set(stream, String(entry[0]));
      const record = readEntry(this.#options.pubsub, stream, entry);
      return record === null ? [] : [record];
    });
  }

  async #discover(): Promise<void> {
    const now = performance.now();
    if (now - this.#looked < BLOCK_MS) return;
    this.#looked = now;
    this.follow(await this.#streams());
  }

  /** All streams that match, of a Redis that is not too large to be searched. */
  async #streams(redis = this.#redis): Promise<readonly string[]> {
    const { discover } = this.#options;
    if (discover === null || Number(await redis.send("DBSIZE")) > MOST_KEYS) return [];
    const found: string[] = [];
    for (let cursor = "0"; ;) {
      const command = ["SCAN", cursor, "MATCH", discover, "COUNT", "1000", "TYPE", "stream"];
      const reply = await redis.send(...command);
      if (!isList(reply)) return found;
      if (isList(reply[1])) found.push(...reply[1].map(String));
      cursor = String(reply[0]);
      if (cursor === "0") return found;
    }
  }

  async #endOf(topic: string, redis = this.#redis): Promise<string> {
    try {
      const info = await redis.send("XINFO", "STREAM", topic);
      const at = isList(info) ? info.findIndex((name) => name === "last-generated-id") : -1;
      return isList(info) && at >= 0 ? String(info[at + 1]) : "0-0";
    } catch (error) {
      if (hasCode(error, "ERR no such key")) return "0-0";
      throw error;
    }
  }

  /** A key of a topic's name that is no stream: the others must not wait for it. */
  async #leaveWrongType(error: unknown): Promise<void> {
    if (!hasCode(error, "WRONGTYPE")) return;
    for (const stream of this.#positions.keys()) {
      const type = await this.#redis.send("TYPE", stream).catch(() => "stream");
      if (type === "stream" || type === "none") continue;
      this.#positions.delete(stream);
      this.#ignored.add(stream);
    }
  }
}

/** The last entry that is there; that of an empty stream is before all others. */
async function lastEntry(stream: string, redis: RedisConnection): Promise<string> {
  try {
    const reply = await redis.send("XREVRANGE", stream, "+", "-", "COUNT", "1");
    const entry = isList(reply) ? reply[0] : undefined;
    return isList(entry) ? String(entry[0]) : "0-0";
  } catch (error) {
    if (hasCode(error, "WRONGTYPE")) return "0-0";
    throw error;
  }
}

/** Ids of entries are a time in ms and a number within it. */
function isBefore(one: string, other: string): boolean {
  const [ms = 0, nth = 0] = one.split("-").map(Number);
  const [otherMs = 0, otherNth = 0] = other.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && nth < otherNth);
}
