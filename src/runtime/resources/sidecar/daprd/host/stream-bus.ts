import { AgentsError } from "../../../../model/errors.ts";
import type { ReplayResult } from "../../sidecar-host.ts";
import type { BusEvent } from "../../embedded/bus/event.ts";
import { agePending } from "../redis/age-pending.ts";
import { connectRedis, isList, type RedisConnection } from "../redis/connection.ts";
import { createConsumerGroups, removeConsumerGroups } from "../redis/consumer-groups.ts";
import { tailStreams, type StreamTail } from "../redis/tail-streams.ts";
import type { StreamsSettings } from "./daprd-calls.ts";
import { StreamJournal, type JournalTables } from "./stream-journal.ts";

/** A Redis that does not answer for so long takes nothing. */
const ANSWER_MS = 5_000;
/** What was published is in the journal at once, unless much else is. */
const RECORDED_MS = 2_000;
/** Older than any `processingTimeout`: a sidecar takes such an entry back as soon as it looks. */
const LONG_IDLE_MS = 24 * 3600 * 1000;

/** The Redis of a run, as the runtime itself works on it: groups, the journal of its streams, publishing, redelivery. */
export class StreamBus implements AsyncDisposable {
  readonly #settings: StreamsSettings;
  readonly #tables: JournalTables;
  readonly #journal: StreamJournal;
  readonly #redis: RedisConnection;
  readonly #tail: StreamTail;
  /** Topics for which an agent has a consumer group, as far as is known. */
  readonly #groups: Map<string, ReadonlySet<string>>;
  /** Agents whose groups were made or found in this Redis. */
  readonly #arranged = new Set<string>();

  private constructor(
    settings: StreamsSettings,
    tables: JournalTables,
    journal: StreamJournal,
    redis: RedisConnection,
    tail: StreamTail,
    before: ReadonlyMap<string, ReadonlySet<string>>,
  ) {
    this.#groups = new Map(before);
    this.#settings = settings;
    this.#tables = tables;
    this.#journal = journal;
    this.#redis = redis;
    this.#tail = tail;
  }

  /**
   * `before`: what the agents listened to when this was last known; the groups of what is gone since then go.
   *
   * @throws AgentsError AGENTS_REDIS_UNREACHABLE
   */
  static async open(
    settings: StreamsSettings,
    tables: JournalTables,
    before: ReadonlyMap<string, ReadonlySet<string>>,
    onState: (message: string | null) => void,
  ): Promise<StreamBus> {
    const journal = new StreamJournal(tables);
    const { url, pubsubs, topics, discover } = settings;
    let redis: RedisConnection | null = null;
    try {
      redis = await connectRedis(url);
      const listened = tables.subscriptions
        .agents()
        .flatMap((agent) => tables.subscriptions.of(agent))
        .filter(({ pubsub }) => pubsubs.includes(pubsub))
        .map(({ topic }) => topic);
      const tail = await tailStreams({
        url,
        pubsub: pubsubs[0] ?? "agents-pubsub",
        topics: [...new Set([...topics, ...listened])],
        positions: journal.positions(),
        discover,
        onRecords: async (records) => await journal.published(records),
        onError: onState,
      });
      const bus = new StreamBus(settings, tables, journal, redis, tail, before);
      await bus.arrange();
      return bus;
    } catch (error) {
      await redis?.[Symbol.asyncDispose]();
      throw unreachable(url, error);
    }
  }

  /** Whether a pub/sub component is carried by this Redis. */
  carries(pubsub: string): boolean {
    return this.#settings.pubsubs.includes(pubsub);
  }

  /** Why a pub/sub component of the run is out of reach; null = it is not. */
  whyUnread(pubsub: string): string | null {
    return this.#settings.unread.find((one) => one.pubsub === pubsub)?.why ?? null;
  }

  get journal(): StreamJournal {
    return this.#journal;
  }

  /** Brings the consumer groups to what the agents listen to now; new ones begin here. */
  async arrange(): Promise<void> {
    const agents = new Set([...this.#tables.subscriptions.agents(), ...this.#groups.keys()]);
    await Promise.all([...agents].map(async (agent) => await this.arrangeFor(agent)));
  }

  async arrangeFor(agent: string): Promise<void> {
    const { subscriptions } = this.#tables;
    const all = subscriptions.of(agent);
    const topics = new Set(all.filter(({ pubsub }) => this.carries(pubsub)).map(({ topic }) => topic));
    const before = this.#groups.get(agent) ?? new Set();
    this.#groups.set(agent, topics);
    // What it listens to by a pub/sub that is elsewhere for now keeps its group: events wait in it.
    const gone = [...before].filter((topic) => !all.some((one) => one.topic === topic));
    const added = [...topics].filter((topic) => !this.#arranged.has(agent) || !before.has(topic));
    this.#arranged.add(agent);
    await createConsumerGroups(this.#redis, agent, added);
    this.#tail.follow(added);
    await removeConsumerGroups(this.#redis, agent, gone);
  }

  /** While no sidecar of the agent runs: what the last one left unfinished is delivered at once. */
  async freePending(agent: string, processingTimeoutMs: number): Promise<void> {
    const topics = [...(this.#groups.get(agent) ?? [])];
    await agePending(this.#redis, { appId: agent, topics, processingTimeoutMs });
  }

  /** Publishes as daprd's pubsub.redis does. Resolves once Redis has it and the journal too. */
  async publish({ topic, body, metadata }: Pick<BusEvent, "topic" | "body" | "metadata">): Promise<void> {
    this.#tail.follow([topic]);
    const text = Buffer.from(body);
    const entry = await withinTime(
      this.#redis.sendBytes("XADD", topic, "*", "data", text, "metadata", JSON.stringify(metadata ?? {})),
    );
    await this.#tail.reached(topic, String(entry), AbortSignal.timeout(RECORDED_MS));
  }

  /** Resolves once all that is in the streams now is in the journal. */
  async caughtUp(): Promise<void> {
    await this.#tail.caughtUp(this.#redis, AbortSignal.timeout(ANSWER_MS));
  }

  /** Delivers an event of a stream again; null where it is none. */
  async replay(eventId: string, to: string | null): Promise<ReplayResult | null> {
    const found = this.#journal.streamed(eventId);
    if (found === null || !this.carries(found.pubsub)) return this.#outOfReach(eventId);
    const { subscriptions } = this.#tables;
    const agents = subscriptions.to(found.pubsub, found.stream).map(({ agent }) => agent);
    if (to !== null && !agents.includes(to)) {
      const listening = agents.length === 0 ? "nobody does" : `${agents.join(", ")} do`;
      return { found: false, reason: `${to} does not listen to ${found.stream} (${listening})` };
    }
    return await this.#deliverAgain(found.stream, found.entry, to === null ? agents : [to], (agent) =>
      this.#journal.await(found.seq, agent),
    );
  }

  /** Puts the dead deliveries of an event of a stream back in line; null where it is none. */
  async retry(eventId: string): Promise<ReplayResult | null> {
    const found = this.#journal.streamed(eventId);
    if (found === null || !this.carries(found.pubsub)) return this.#outOfReach(eventId);
    const dead = this.#journal.dead(found.seq);
    if (dead.length === 0) return { found: false, reason: `the event ${eventId} has no dead delivery` };
    return await this.#deliverAgain(found.stream, found.entry, dead, (agent) =>
      this.#journal.revive(found.seq, agent),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tail[Symbol.asyncDispose]();
    await this.#redis[Symbol.asyncDispose]();
  }

  /** An event of a pub/sub that cannot be published to: nobody else can deliver it again either. */
  #outOfReach(eventId: string): ReplayResult | null {
    const pubsub = this.#journal.pubsubOf(eventId);
    const why = pubsub === null ? null : this.whyUnread(pubsub);
    if (why === null) return null;
    return { found: false, reason: `it came by ${pubsub}, which only daprd can reach: ${why}` };
  }

  /**
   * Makes the entry a pending one of each agent's group, so old that its sidecar takes it back as soon as it looks: what
   * waits for a sidecar that does not run waits, and nobody else gets it a second time.
   */
  async #deliverAgain(
    stream: string,
    entry: string,
    agents: readonly string[],
    record: (agent: string) => void,
  ): Promise<ReplayResult> {
    const there = await withinTime(this.#redis.send("XRANGE", stream, entry, entry));
    if (!isList(there) || there.length === 0)
      return { found: false, reason: `the stream ${stream} no longer has the event` };
    const { commit } = this.#tables;
    commit.write(() => agents.forEach(record));
    await commit.committed();
    await Promise.all(
      agents.map(async (agent) => {
        await createConsumerGroups(this.#redis, agent, [stream]);
        const idle = ["IDLE", String(LONG_IDLE_MS), "FORCE", "JUSTID"];
        await this.#redis.send("XCLAIM", stream, agent, agent, "0", entry, ...idle);
      }),
    );
    return { found: true, agents };
  }
}

async function withinTime<T>(asked: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_MS);
  try {
    return await Promise.race([
      asked,
      new Promise<never>((_resolve, reject) => {
        late.signal.addEventListener("abort", () =>
          reject(
            new AgentsError("AGENTS_REDIS_UNREACHABLE", "Redis does not answer.", {
              expected: `an answer within ${ANSWER_MS / 1000} s`,
              hint: "See it with agents ps; events wait in it, and are delivered when it is back.",
            }),
          ),
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(url: string, cause: unknown): AgentsError {
  if (cause instanceof AgentsError) return cause;
  const { hostname, port } = new URL(url);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AgentsError("AGENTS_REDIS_UNREACHABLE", `Redis at ${hostname}:${port} cannot be used: ${why}`, {
    found: why,
    expected: "a Redis that takes the connection",
    hint: "See that it runs, and that AGENTS_REDIS_URL names it with its password.",
    cause,
  });
}
