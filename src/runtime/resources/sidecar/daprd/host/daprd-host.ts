import { AgentsError } from "../../../../model/errors.ts";
import type { ParsedSubscription } from "../../embedded/bus/parse-subscriptions.ts";
import type { BusEvent } from "../../embedded/bus/event.ts";
import type { ReplayResult, SidecarEvent } from "../../sidecar-host.ts";
import type { DaprdCall, StreamsSettings } from "./daprd-calls.ts";
import { Gates } from "./gates.ts";
import { StreamBus } from "./stream-bus.ts";
import { StreamJournal, type JournalTables } from "./stream-journal.ts";

/** What the sidecars' thread gives it. */
export interface DaprdHostOptions {
  readonly tables: JournalTables;
  /** What everybody listened to when the thread started: the last run's words. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  readonly appToken: string | null;
  readonly tell: (event: SidecarEvent) => void;
}

/** What the sidecars' thread does for daprds, which are processes of their own: their gates, their Redis, their journal. */
export class DaprdHost implements AsyncDisposable {
  readonly #options: DaprdHostOptions;
  readonly #gates: Gates;
  readonly #journal: StreamJournal;
  #streams: Promise<StreamBus> | null = null;
  #bus: StreamBus | null = null;

  constructor(options: DaprdHostOptions) {
    this.#options = options;
    const { tell, appToken } = options;
    this.#journal = new StreamJournal(options.tables);
    this.#gates = new Gates({
      appToken,
      onRecord: async (record) => await this.#keep(() => this.#journal.delivered(record)),
      onSubscribed: async (agent, subscriptions) => await this.#subscribed(agent, subscriptions),
      tell,
    });
  }

  /** Does what the orchestrator asks. */
  async do(call: DaprdCall): Promise<void> {
    switch (call.do) {
      case "connect":
        await this.#connect(call.streams);
        return;
      case "open-gate":
        return await this.#gates.open(call.gate);
      case "before-start":
        return await this.#bus?.freePending(call.agent, call.processingTimeoutMs);
      case "stopping":
        return this.#gates.get(call.agent)?.sidecarStopping();
      case "until-idle":
        return await this.#gates.get(call.agent)?.untilIdle();
      case "gone":
        return this.#gates.get(call.agent)?.sidecarGone();
      case "close-gate":
        return await this.#gates.close(call.agent);
      default:
        return call satisfies never;
    }
  }

  appReady(agent: string): void {
    this.#gates.appReady(agent);
  }

  async appGone(agent: string, graceMs: number): Promise<void> {
    await this.#gates.appGone(agent, graceMs);
  }

  /** The subscriptions of the config have changed. */
  async configured(): Promise<void> {
    await this.#bus?.arrange();
  }

  /**
   * What a pub/sub that is in the Redis of the run is published to; null where it is not.
   *
   * @throws AgentsError AGENTS_PUBLISH_FAILED for one that only daprd can reach
   */
  broker(pubsub: string): { readonly publish: (events: readonly BusEvent[]) => Promise<void> } | null {
    const bus = this.#bus;
    const why = bus?.whyUnread(pubsub) ?? null;
    if (why !== null) throw unread(pubsub, why);
    if (bus?.carries(pubsub) !== true) return null;
    return {
      publish: async (events) => {
        for (const event of events) await bus.publish(event);
      },
    };
  }

  async replay(eventId: string, to: string | null): Promise<ReplayResult | null> {
    return (await this.#bus?.replay(eventId, to)) ?? null;
  }

  async retry(eventId: string): Promise<ReplayResult | null> {
    return (await this.#bus?.retry(eventId)) ?? null;
  }

  /** Resolves once all that is published now is in the journal. */
  async caughtUp(): Promise<void> {
    await this.#bus?.caughtUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gates[Symbol.asyncDispose]();
    await (await this.#streams?.catch(() => null))?.[Symbol.asyncDispose]();
  }

  /** Once for all sidecars; one that failed is tried anew. */
  async #connect(settings: StreamsSettings): Promise<void> {
    const { tables, before, tell } = this.#options;
    this.#streams ??= StreamBus.open(settings, tables, before, (message) =>
      tell({ type: "streams", message }),
    );
    try {
      this.#bus = await this.#streams;
    } catch (error) {
      this.#streams = null;
      throw error;
    }
  }

  async #subscribed(agent: string, subscriptions: readonly ParsedSubscription[]): Promise<void> {
    const { tables, tell } = this.#options;
    const seen = tables.subscriptions.see(agent, subscriptions);
    for (const { topic, definition } of seen) {
      if (definition !== null) continue;
      const text = `${topic} is declared in the config but GET /dapr/subscribe does not list it; its events wait`;
      tell({ type: "log", appId: agent, level: "warn", text });
    }
    await tables.commit.committed();
    await this.#bus?.arrangeFor(agent);
    tell({ type: "subscribed", appId: agent, topics: seen.map(({ topic }) => topic) });
  }

  /** What cannot be kept is said, and holds up nothing. */
  async #keep(write: () => void): Promise<void> {
    try {
      write();
      await this.#options.tables.commit.committed();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.tell({
        type: "log",
        appId: "agents",
        level: "error",
        text: `a delivery is not recorded: ${why}`,
      });
    }
  }
}

function unread(pubsub: string, why: string): AgentsError {
  return new AgentsError("AGENTS_PUBLISH_FAILED", `agents publish cannot reach ${pubsub}: ${why}.`, {
    found: why,
    expected: "a pub/sub in the Redis of the run",
    hint: "Publish through an agent's own sidecar, or remove the file.",
  });
}
