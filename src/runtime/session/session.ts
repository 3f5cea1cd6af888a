import type { RunControl, LogQuery, ResourceAction } from "../control/run-control.ts";
import type { LogLine } from "../feed/log-line.ts";
import type { LogStore } from "../feed/log-store.ts";
import type { FlowView, JournalReader } from "../journal/journal-view.ts";
import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";
import type { ResourceView, RunEvent, RunView } from "../model/snapshot.ts";
import type { PublishRequest, ReplayResult, SidecarHost } from "../resources/sidecar/sidecar-host.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { Settlement } from "../supervisor/settlement.ts";
import type { AgentNotes } from "./agent-notes.ts";
import { Outboxes } from "./ask-outbox.ts";
import type { Feed } from "./feed.ts";
import type { Programs } from "./programs.ts";
import type { PublishSpans } from "../telemetry/publish-spans.ts";
import { settleFlow } from "./settle.ts";
import { sidecarName } from "./sidecar-node.ts";

/** What a session works with; it owns none of it: `close` gives all of it back. */
export interface SessionParts {
  readonly supervisor: Supervisor;
  readonly feed: Feed;
  readonly logs: LogStore;
  readonly journal: JournalReader;
  readonly host: SidecarHost;
  readonly programs: Programs;
  /** Traces what is published by hand. */
  readonly spans: PublishSpans;
  /** The agents as they are configured now. */
  agents(): ReadonlyMap<string, ResolvedAgent>;
  readonly notes: AgentNotes;
  /** Everything is about to be stopped: for good, or so that what is meant to outlive the run does. */
  ending(how: "leave" | "down"): void;
  /** Says that the run is over: after it nobody finds it any more. */
  withdraw(): void;
  /** Gives everything back that the run holds, in order. */
  close(): Promise<void>;
}

/** How a run ended. */
export interface RunEnd {
  /** Everything that was stopped. */
  readonly stopped: readonly ResourceView[];
  readonly tookMs: number;
}

/** A run that is up: what can be seen and done, and its end. */
export class Session implements RunControl {
  readonly journal: JournalReader;
  /** Resolves when the run is over and everything is given back. */
  readonly ended: Promise<RunEnd>;
  readonly #parts: SessionParts;
  readonly #outboxes = new Outboxes();
  readonly #end = Promise.withResolvers<RunEnd>();
  #stopping: Promise<readonly ResourceView[]> | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.journal = parts.journal;
    this.ended = this.#end.promise;
    // Whoever waits for the end is told of a failure; where nobody does, it is no unhandled one.
    this.ended.catch(() => undefined);
  }

  view(): RunView {
    return this.#parts.supervisor.view();
  }

  async look(): Promise<RunView> {
    await this.#parts.notes.look(this.view());
    return this.view();
  }

  watch(listener: (event: RunEvent) => void): { readonly now: RunView } & Disposable {
    return this.#parts.feed.watch(listener, () => this.view());
  }

  /** How the start comes out: ready, the first failure, or not in time. */
  async settled(timeoutMs: number): Promise<Settlement> {
    return await this.#parts.supervisor.settled({ timeoutMs });
  }

  /** What a resource failed of, or null. */
  failure(name: string): AgentsError | null {
    return this.#parts.supervisor.failure(name);
  }

  async *readLogs(query: LogQuery): AsyncIterable<LogLine> {
    yield* this.#parts.logs.readLogs(query);
  }

  followLogs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine> {
    return this.#parts.logs.followLogs(query, signal);
  }

  async act(
    action: ResourceAction,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ResourceView[]> {
    const { supervisor } = this.#parts;
    switch (action) {
      case "start":
        await this.#prepare(this.#atRest(names));
        return await supervisor.start(names, { signal });
      case "stop":
        return await supervisor.stop(names);
      case "restart":
        return await supervisor.restart(names, {
          signal,
          prepare: async () => await this.#prepare(this.#named(names)),
        });
      default:
        return action satisfies never;
    }
  }

  /** A person who asks for a start wants the sources as they are now; a broken one leaves what runs as it is. */
  async #prepare(agents: readonly ResolvedAgent[]): Promise<void> {
    await this.#parts.programs.prepare(...agents);
  }

  /** The agents that are meant: by their own name or by their sidecar's. */
  #named(names: readonly string[]): readonly ResolvedAgent[] {
    return [...this.#parts.agents().values()].filter(
      ({ name, sidecar }) => names.includes(name) || (sidecar !== false && names.includes(sidecarName(name))),
    );
  }

  /** Those of the agents that are meant, and of what they depend on, that have no process. */
  #atRest(names: readonly string[]): readonly ResolvedAgent[] {
    const agents = this.#parts.agents();
    // A set that grows while it is gone through: what is added is visited too.
    const meant = new Set(this.#named(names));
    for (const { dependsOn } of meant) {
      for (const name of Object.keys(dependsOn)) {
        const dependency = agents.get(name);
        if (dependency !== undefined) meant.add(dependency);
      }
    }
    const alive = new Set(
      this.view()
        .resources.filter(({ pid }) => pid !== null)
        .map(({ name }) => name),
    );
    return [...meant].filter(({ name }) => !alive.has(name));
  }

  /** `agents down`: stops everything in order, what is meant to outlive a run as well. Idempotent; the session ends after it. */
  down(): Promise<readonly ResourceView[]> {
    return this.#stop("down");
  }

  /** Stops everything in order but what is meant to outlive a run. Idempotent; the session ends after it. */
  end(): Promise<readonly ResourceView[]> {
    return this.#stop("leave");
  }

  #stop(how: "leave" | "down"): Promise<readonly ResourceView[]> {
    if (this.#stopping === null) this.#parts.ending(how);
    this.#stopping ??= this.#finish(async () => await this.#parts.supervisor.stopAll());
    return this.#stopping;
  }

  /** Kills everything at once, also while it is being stopped. */
  async kill(): Promise<void> {
    if (this.#stopping === null) this.#parts.ending("leave");
    const killed = this.#parts.supervisor.killAll();
    this.#stopping ??= this.#finish(async () => await killed);
    await Promise.all([killed, this.#stopping]);
    await this.ended;
  }

  /** However the stop comes out, the run ends and everything is given back. */
  #finish(stop: () => Promise<readonly ResourceView[]>): Promise<readonly ResourceView[]> {
    const started = performance.now();
    const stopped = stop().finally(() => {
      // The answer to who asked goes out first: the control API is one of the things that are given back.
      setImmediate(() => void this.#close(stopped, started));
      this.#parts.withdraw();
    });
    // The end tells of a failure, also where whoever asked does not listen.
    stopped.catch(() => undefined);
    return stopped;
  }

  async #close(stopped: Promise<readonly ResourceView[]>, started: number): Promise<void> {
    try {
      await this.#parts.close();
      this.#end.resolve({ stopped: await stopped, tookMs: performance.now() - started });
    } catch (error) {
      this.#end.reject(error);
    }
  }

  onJournalChange(listener: () => void): Disposable {
    return this.#parts.host.onEvent((event) => {
      if (event.type === "journal") listener();
    });
  }

  async publish(event: PublishRequest): Promise<void> {
    const { host, spans } = this.#parts;
    await spans.publish(event, async (traced) => await host.publish(traced));
  }

  async replay(eventId: string, to: string | null): Promise<ReplayResult> {
    return await this.#parts.host.replay(eventId, to);
  }

  async retry(eventId: string): Promise<ReplayResult> {
    return await this.#parts.host.retry(eventId);
  }

  async settle(eventId: string, signal: AbortSignal): Promise<FlowView> {
    const flow = await settleFlow(
      eventId,
      {
        journal: this.journal,
        onJournalChange: (listener) => this.onJournalChange(listener),
        caughtUp: async () => await this.#parts.host.caughtUp(),
        outbox: async (agent, flowOf, limit) =>
          await this.#outboxes.ask(
            agent,
            flowOf,
            this.view().resources.find(({ name }) => name === agent),
            limit,
          ),
      },
      signal,
    );
    if (flow !== null) return flow;
    throw new AgentsError("AGENTS_NAME_UNKNOWN", `There is no event ${eventId} in the journal.`, {
      found: eventId,
      expected: "the id of a recorded event",
      hint: "See them with: agents events",
    });
  }
}
