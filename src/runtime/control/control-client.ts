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
import { notRunning } from "./not-running.ts";
import { pause } from "./pause.ts";
import { isSameProcess } from "./process-start.ts";
import { search } from "./query-string.ts";
import type { RunClient, StreamOptions } from "./run-client.ts";
import type { LogQuery, ResourceAction, RunFile } from "./run-control.ts";

/** A run over HTTP. */
export class ControlClient implements RunClient {
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
    const { type, correlation, id, idPrefix, dead, after, limit } = query;
    return this.#stream(
      `/v1/events${search({ type, correlation, id, idPrefix, dead, after, limit, follow })}`,
      signal,
    );
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
