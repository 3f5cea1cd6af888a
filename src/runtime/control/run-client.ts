import type { LogLine } from "../feed/log-line.ts";
import type { EventQuery, EventView, FlowView } from "../journal/journal-view.ts";
import type { AgentsError } from "../model/errors.ts";
import type { ResourceView, RunView } from "../model/snapshot.ts";
import type { PublishRequest } from "../resources/sidecar/sidecar-host.ts";
import type { FeedMessage } from "./feed-message.ts";
import type { LogQuery, ResourceAction, RunFile } from "./run-control.ts";

/** How to read a stream: to its end, or on and on until the signal aborts (which ends it quietly). */
export interface StreamOptions {
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** One run, seen through its control API. Every failure is an `AgentsError`; only an abort rejects with its reason. */
export interface RunClient {
  readonly file: RunFile;
  run(signal?: AbortSignal): Promise<RunView>;
  /** A snapshot, then every change, until the run ends or the signal aborts. */
  feed(signal?: AbortSignal): AsyncGenerator<FeedMessage, void, undefined>;
  logs(query: LogQuery, options?: StreamOptions): AsyncGenerator<LogLine, void, undefined>;
  act(
    action: ResourceAction,
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly ResourceView[]>;
  /** What a resource failed of; null = it did not. */
  failure(name: string, signal?: AbortSignal): Promise<AgentsError | null>;
  /** Stops the run; answers when all its resources are stopped. The process itself ends right after: see `gone`. */
  down(signal?: AbortSignal): Promise<readonly ResourceView[]>;
  /** Resolves once the process of the run is gone. */
  gone(signal?: AbortSignal): Promise<void>;
  events(query: EventQuery, options?: StreamOptions): AsyncGenerator<EventView, void, undefined>;
  /** What an event caused so far, or once all of it has settled, or after `waitSeconds`. */
  flow(id: string, waitSeconds?: number, signal?: AbortSignal): Promise<FlowView>;
  publish(event: PublishRequest, signal?: AbortSignal): Promise<void>;
  replay(eventId: string, to: string | null, signal?: AbortSignal): Promise<readonly string[]>;
  retry(eventId: string, signal?: AbortSignal): Promise<readonly string[]>;
}
