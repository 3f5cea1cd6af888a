import { setTimeout as delay } from "node:timers/promises";
import type { LogLine } from "../feed/log-line.ts";
import type { EventQuery, EventView, FlowView } from "../journal/journal-view.ts";
import { AgentsError, reviveError, type SerialisedError } from "../model/errors.ts";
import type { ResourceView, RunView } from "../model/snapshot.ts";
import type { PublishRequest } from "../resources/sidecar/sidecar-host.ts";
import type { FeedMessage } from "./feed-message.ts";
import type { HttpRequest, HttpResponse } from "./http-request.ts";
import { request } from "./http-request.ts";
import { errorIn, readNdjson } from "./ndjson.ts";
import { notRunning } from "./not-running.ts";
import { pause } from "./pause.ts";
import { isSameProcess } from "./process-start.ts";
import { search } from "./query-string.ts";
import type { RunClient, StreamOptions } from "./run-client.ts";
import type { LogQuery, ResourceAction, RunFile } from "./run-control.ts";

/** How long a run may be busy with other things before it answers what it knows, in milliseconds. */
const PATIENCE = 10_000;

/** A run over HTTP. */
export class ControlClient implements RunClient {
  readonly file: RunFile;
  readonly #root: string;
  readonly #port: number;
  readonly #patience: number;

  constructor(root: string, file: RunFile, patience = PATIENCE) {
    this.file = file;
    this.#root = root;
    this.#patience = patience;
    this.#port = Number(file.control.slice(file.control.lastIndexOf(":") + 1));
  }

  run(signal?: AbortSignal): Promise<RunView> {
    return this.#json({ method: "GET", target: "/v1/run", signal });
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
    return (
      await this.#json<Resources>({
        method: "POST",
        target: "/v1/act",
        body: { action, names },
        signal,
        patience: null,
      })
    ).resources;
  }

  async failure(name: string, signal?: AbortSignal): Promise<AgentsError | null> {
    const target = `/v1/failures/${encodeURIComponent(name)}`;
    const { error } = await this.#json<Failure>({ method: "GET", target, signal });
    return error === null ? null : reviveError(error);
  }

  async down(signal?: AbortSignal): Promise<readonly ResourceView[]> {
    return (await this.#json<Resources>({ method: "POST", target: "/v1/down", signal, patience: null }))
      .resources;
  }

  async gone(signal?: AbortSignal): Promise<void> {
    while (isSameProcess(this.file)) await pause(5, signal);
  }

  events(
    query: EventQuery,
    { follow = false, signal }: StreamOptions = {},
  ): AsyncGenerator<EventView, void, undefined> {
    const { type, correlation, id, idPrefix, dead, after, limit } = query;
    return this.#stream(
      `/v1/events${search({ type, correlation, id, idPrefix, dead, after, limit, follow })}`,
      signal,
    );
  }

  flow(id: string, waitSeconds?: number, signal?: AbortSignal): Promise<FlowView> {
    const target = `/v1/flow/${encodeURIComponent(id)}${search({ wait: waitSeconds })}`;
    return this.#json({
      method: "GET",
      target,
      signal,
      patience: this.#patience + 1000 * (waitSeconds ?? 0),
    });
  }

  async publish(event: PublishRequest, signal?: AbortSignal): Promise<void> {
    await this.#json({ method: "POST", target: "/v1/publish", body: event, signal });
  }

  async replay(eventId: string, to: string | null, signal?: AbortSignal): Promise<readonly string[]> {
    const target = `/v1/events/${encodeURIComponent(eventId)}/replay`;
    return (await this.#json<Agents>({ method: "POST", target, body: { to }, signal })).agents;
  }

  async retry(eventId: string, signal?: AbortSignal): Promise<readonly string[]> {
    const target = `/v1/events/${encodeURIComponent(eventId)}/retry`;
    return (await this.#json<Agents>({ method: "POST", target, signal })).agents;
  }

  async #json<T>(question: Question): Promise<T> {
    return this.#guarded(question.signal, async () => {
      const response = await this.#send(question);
      const text = await readAll(response.body);
      const value: T = JSON.parse(text === "" ? "null" : text);
      return value;
    });
  }

  async *#stream<T>(target: string, signal: AbortSignal | undefined): AsyncGenerator<T, void, undefined> {
    try {
      const response = await this.#guarded(signal, () => this.#send({ method: "GET", target, signal }));
      yield* readNdjson<T>(response.body);
    } catch (error) {
      if (signal?.aborted === true) return;
      throw await this.#explained(error);
    }
  }

  async #send({ patience = this.#patience, ...question }: Question): Promise<HttpResponse> {
    const response = await request({
      ...question,
      port: this.#port,
      token: this.file.token,
      patience: patience ?? undefined,
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
        hint: `Try again; if it stays so, end it with: kill -9 ${this.file.pid} (its watchdog then ends all that it started)`,
        cause: error,
      },
    );
  }
}

/** What a run is asked. Patience null: its answer may take as long as it takes. */
interface Question extends Omit<HttpRequest, "port" | "token" | "patience"> {
  readonly patience?: number | null;
}

interface Failure {
  readonly error: SerialisedError | null;
}

interface Resources {
  readonly resources: readonly ResourceView[];
}

interface Agents {
  readonly agents: readonly string[];
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
