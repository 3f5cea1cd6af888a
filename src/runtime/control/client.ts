import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LogLine } from "../feed/log-line.ts";
import type { EventQuery, EventView, FlowView } from "../journal/journal-view.ts";
import { AgentsError, reviveError } from "../model/errors.ts";
import type { ResourceView, RunView } from "../model/snapshot.ts";
import type { PublishRequest } from "../resources/sidecar/sidecar-host.ts";
import type { FeedMessage } from "./feed-message.ts";
import type { HttpResponse } from "./http-request.ts";
import { request } from "./http-request.ts";
import { errorIn, readNdjson } from "./ndjson.ts";
import { isSameProcess } from "./process-start.ts";
import type { LogQuery, ResourceAction, RunFile } from "./run-control.ts";
import { findRun } from "./run-file.ts";
import type { LockOwner } from "./run-lock.ts";
import { lockOwner } from "./run-lock.ts";
import { listRuns } from "./run-registry.ts";
import { stateDirOf } from "./state-dir.ts";

/** How to read a stream: to its end, or on and on until the signal aborts (which ends it quietly). */
export interface StreamOptions {
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** One run, seen through its control API. Every failure is an {@link AgentsError}; only an abort rejects with its reason. */
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

/**
 * Finds the run of a folder and gives a client for it. Throws `AGENTS_NOT_RUNNING` when none is up, and
 * `AGENTS_STATE_BROKEN` when one is up but cannot be reached because its `run.json` cannot be read.
 */
export function connect(root: string): RunClient {
  const found = findRun(root);
  if (found.at === "up") return new ControlClient(root, found.file);
  if (found.at === "broken") {
    const owner = lockOwner(stateDirOf(root));
    if (owner !== null) throw runFileBroken(found.path, found.reason, owner);
  }
  throw notRunning(root);
}

/** A run that was up and whose `run.json` is gone may be ending: it is given this time. */
const ENDING_MS = 5_000;
/** A run that was never up yet may be building its agents for the first time. */
const STARTING_MS = 60_000;

/**
 * The same for a run that holds the lock but may not answer yet: waits until `run.json` is there. Null once nobody
 * holds the lock any more.
 *
 * @throws AgentsError AGENTS_STATE_BROKEN when `run.json` cannot be read, or does not come: somebody has removed it.
 */
export async function connectWhenUp(root: string, signal: AbortSignal): Promise<RunClient | null> {
  const since = performance.now();
  let wasUp: boolean | null = null;
  for (;;) {
    const found = findRun(root);
    if (found.at === "up") return new ControlClient(root, found.file);
    const owner = lockOwner(stateDirOf(root));
    if (owner === null) return null;
    if (found.at === "broken") throw runFileBroken(found.path, found.reason, owner);
    // Entered once it is up: without an entry it is still starting.
    wasUp ??= listRuns().some(
      ({ pid, processStart }) => pid === owner.pid && processStart === owner.processStart,
    );
    if (performance.now() - since > (wasUp ? ENDING_MS : STARTING_MS))
      throw runFileBroken(join(stateDirOf(root), "run.json"), "it is missing", owner);
    await pause(20, signal);
  }
}

function runFileBroken(path: string, reason: string, { pid }: LockOwner): AgentsError {
  return new AgentsError("AGENTS_STATE_BROKEN", `${path} cannot be used: ${reason}.`, {
    path,
    expected: "the file as agents up wrote it",
    found: reason,
    hint: `The run itself is up (pid ${pid}). Stop it with: kill ${pid}`,
  });
}

/** Rejects with the signal's own reason, not with the timer's word for it. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
}

class ControlClient implements RunClient {
  readonly file: RunFile;
  readonly #root: string;
  readonly #port: number;

  constructor(root: string, file: RunFile) {
    this.file = file;
    this.#root = root;
    this.#port = Number(file.control.slice(file.control.lastIndexOf(":") + 1));
  }

  run(signal?: AbortSignal): Promise<RunView> {
    return this.#json("GET", "/v1/run", undefined, signal);
  }

  feed(signal?: AbortSignal): AsyncGenerator<FeedMessage, void, undefined> {
    return this.#stream("/v1/feed", signal);
  }

  logs(
    query: LogQuery,
    { follow = false, signal }: StreamOptions = {},
  ): AsyncGenerator<LogLine, void, undefined> {
    const { resources, last, since, grep, level } = query;
    const target = `/v1/logs${search({ last, since, grep, level, follow }, { resource: resources })}`;
    return this.#stream(target, signal);
  }

  async act(
    action: ResourceAction,
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly ResourceView[]> {
    return (await this.#json<Resources>("POST", "/v1/act", { action, names }, signal)).resources;
  }

  async down(signal?: AbortSignal): Promise<readonly ResourceView[]> {
    return (await this.#json<Resources>("POST", "/v1/down", undefined, signal)).resources;
  }

  async gone(signal?: AbortSignal): Promise<void> {
    while (isSameProcess(this.file)) await pause(5, signal);
  }

  events(
    query: EventQuery,
    { follow = false, signal }: StreamOptions = {},
  ): AsyncGenerator<EventView, void, undefined> {
    const { type, correlation, id, dead, after, limit } = query;
    return this.#stream(`/v1/events${search({ type, correlation, id, dead, after, limit, follow })}`, signal);
  }

  flow(id: string, waitSeconds?: number, signal?: AbortSignal): Promise<FlowView> {
    return this.#json(
      "GET",
      `/v1/flow/${encodeURIComponent(id)}${search({ wait: waitSeconds })}`,
      undefined,
      signal,
    );
  }

  async publish(event: PublishRequest, signal?: AbortSignal): Promise<void> {
    await this.#json("POST", "/v1/publish", event, signal);
  }

  async replay(eventId: string, to: string | null, signal?: AbortSignal): Promise<readonly string[]> {
    const target = `/v1/events/${encodeURIComponent(eventId)}/replay`;
    return (await this.#json<Agents>("POST", target, { to }, signal)).agents;
  }

  async retry(eventId: string, signal?: AbortSignal): Promise<readonly string[]> {
    return (
      await this.#json<Agents>("POST", `/v1/events/${encodeURIComponent(eventId)}/retry`, undefined, signal)
    ).agents;
  }

  async #json<T>(
    method: "GET" | "POST",
    target: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return this.#guarded(signal, async () => {
      const response = await this.#send(method, target, body, signal);
      const text = await readAll(response.body);
      const value: T = JSON.parse(text === "" ? "null" : text);
      return value;
    });
  }

  async *#stream<T>(target: string, signal: AbortSignal | undefined): AsyncGenerator<T, void, undefined> {
    try {
      const response = await this.#guarded(signal, () => this.#send("GET", target, undefined, signal));
      yield* readNdjson<T>(response.body);
    } catch (error) {
      if (signal?.aborted === true) return;
      throw await this.#explained(error);
    }
  }

  async #send(
    method: "GET" | "POST",
    target: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<HttpResponse> {
    const response = await request({
      port: this.#port,
      method,
      target,
      token: this.file.token,
      body,
      signal,
    });
    if (response.status < 400) return response;
    const text = await readAll(response.body);
    const error = errorIn(parseJson(text));
    if (error !== null) throw reviveError(error);
    throw new Error(`it answered with status ${response.status}`);
  }

  async #guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw await this.#explained(error);
    }
  }

  async #explained(error: unknown): Promise<AgentsError> {
    if (error instanceof AgentsError) return error;
    // A dying process closes its sockets some moments before it is gone: look again before saying that it is up.
    for (let look = 0; look < 20 && isSameProcess(this.file); look++) await delay(10);
    if (!isSameProcess(this.file)) return notRunning(this.#root);
    const reason = error instanceof Error ? error.message : String(error);
    return new AgentsError(
      "AGENTS_CONTROL_FAILED",
      `${this.file.project} (pid ${this.file.pid}) does not answer: ${reason}.`,
      {
        path: this.file.control,
        found: reason,
        hint: `Try again; if it stays so, stop the run with: kill ${this.file.pid}`,
        cause: error,
      },
    );
  }
}

interface Resources {
  readonly resources: readonly ResourceView[];
}

interface Agents {
  readonly agents: readonly string[];
}

const notRunning = (root: string): AgentsError =>
  new AgentsError("AGENTS_NOT_RUNNING", `Nothing is running in ${root}.`, {
    path: root,
    hint: "Start it with: agents up",
  });

type Scalars = Readonly<Record<string, string | number | boolean | undefined>>;

/** A query string of what is set; `true` travels as 1, `false` not at all. */
function search(scalars: Scalars, lists: Readonly<Record<string, readonly string[]>> = {}): string {
  const params = new URLSearchParams();
  for (const [name, values] of Object.entries(lists)) for (const value of values) params.append(name, value);
  for (const [name, value] of Object.entries(scalars)) {
    if (value === undefined || value === false) continue;
    params.set(name, value === true ? "1" : String(value));
  }
  return params.size === 0 ? "" : `?${params.toString()}`;
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
