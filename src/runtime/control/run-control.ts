import type { AgentsError } from "../model/errors.ts";
import type { LogLine, LogLevel } from "../feed/log-line.ts";
import type { EventQuery, FlowView, JournalReader } from "../journal/journal-view.ts";
import type { ResourceView, RunEvent, RunView } from "../model/snapshot.ts";
import type { PublishRequest, ReplayResult } from "../resources/sidecar/sidecar-host.ts";

/** What can be done to one resource; its sidecar goes with an agent, and the other way round. */
export type ResourceAction = "start" | "stop" | "restart";

/** Which log lines to read. */
export interface LogQuery {
  /** Resource names; empty = all. */
  readonly resources: readonly string[];
  /** The last `n` lines that match; absent = all that are kept. */
  readonly last?: number;
  /** ISO 8601: not older than. */
  readonly since?: string;
  /** Regular expression on the text without ANSI. */
  readonly grep?: string;
  /** At least this level. */
  readonly level?: LogLevel;
}

/**
 * The one door to a run: all that the control API, and through it the CLI, the dashboards and MCP, can see and do.
 * The composition root implements it.
 */
export interface RunControl {
  view(): RunView;
  /** The same, after the agents were asked what there is to say of them. */
  look(): Promise<RunView>;
  /** Snapshot now, then every change, with no gap. Slow listeners are the listener's own problem: never block in it. */
  watch(listener: (event: RunEvent) => void): { readonly now: RunView } & Disposable;
  /** Lines that are kept, oldest first. */
  readLogs(query: LogQuery): AsyncIterable<LogLine>;
  /** Kept lines that match, then every new one, with no gap, until the signal aborts. */
  followLogs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Acts on resources by name, in parallel; answers with all that it touched once they have reached their state. */
  act(
    action: ResourceAction,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ResourceView[]>;
  /** What a resource failed of; null = it did not. */
  failure(name: string): AgentsError | null;
  /** Starts the stop of everything; resolves when all is stopped, with what was stopped. The process ends after it. */
  down(): Promise<readonly ResourceView[]>;
  readonly journal: JournalReader;
  /** Told whenever the journal may have changed. */
  onJournalChange(listener: () => void): Disposable;
  /** Publishes and answers once it is committed. */
  publish(request: PublishRequest): Promise<void>;
  replay(eventId: string, to: string | null): Promise<ReplayResult>;
  retry(eventId: string): Promise<ReplayResult>;
  /** Waits until everything the event caused has settled (every delivery final, every handling agent's outbox empty and nothing left for later), or the signal aborts. */
  settle(eventId: string, signal: AbortSignal): Promise<FlowView>;
}

/*
 * The control API (HTTP/1.1 on 127.0.0.1, port chosen; `Authorization: Bearer <token of run.json>`; Host must be loopback, any Origin is refused).
 * Errors: status by exit code (2 → 400, 3 → 409, 4 → 504, else 500; unknown name or event 404) and `{ "error": SerialisedError }`.
 *
 *   GET  /v1/run                                         RunView
 *   GET  /v1/feed                                        NDJSON: { type: "snapshot", run }, then RunEvent …
 *   GET  /v1/logs?resource=a&resource=b&last=&since=&grep=&level=&follow=1      NDJSON LogLine
 *   POST /v1/act            { action, names }            { resources: ResourceView[] }
 *   GET  /v1/failures/:name                              { error: SerialisedError | null }
 *   POST /v1/down                                        { resources: ResourceView[] }
 *   GET  /v1/events?type=&correlation=&id=&idPrefix=&dead=1&limit=&follow=1     NDJSON EventView (follow: again whenever its deliveries change)
 *   GET  /v1/flow/:id?wait=S                             FlowView (settled or not; the caller decides)
 *   POST /v1/publish        PublishRequest               204
 *   POST /v1/events/:id/replay   { to }                  { agents }
 *   POST /v1/events/:id/retry                            { agents }
 */
export type { EventQuery };

/** `.agents/run.json` (mode 0600): how to find the run of this folder. */
export interface RunFile {
  readonly version: 1;
  readonly runId: string;
  readonly project: string;
  readonly pid: number;
  /** Start time of the process as the kernel tells it (`/proc/<pid>/stat` field 22 on Linux), so that a reused pid is never taken for the run. */
  readonly processStart: string;
  readonly startedAt: string;
  /** `http://127.0.0.1:<port>` */
  readonly control: string;
  readonly token: string;
  readonly configFile: string;
}
