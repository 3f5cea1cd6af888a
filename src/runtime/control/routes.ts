import type { FlowView } from "../journal/journal-view.ts";
import { AgentsError } from "../model/errors.ts";
import type { ReplayResult } from "../resources/sidecar/sidecar-host.ts";
import { eventStream } from "./event-stream.ts";
import { feedStream } from "./feed-stream.ts";
import { actRequest, eventQuery, logQuery, publishRequest, replayTarget, waitMs } from "./params.ts";
import type { ResourceAction, RunControl } from "./run-control.ts";

/** One request, as a route sees it. */
export interface Call {
  readonly control: RunControl;
  readonly query: URLSearchParams;
  /** The variable part of the path, decoded; empty where there is none. */
  readonly id: string;
  /** Reads the JSON body. */
  readonly body: () => Promise<unknown>;
  /** Aborts when the client is gone or the server closes. */
  readonly signal: AbortSignal;
}

export type Reply =
  | { readonly by: "json"; readonly value: unknown }
  | { readonly by: "empty" }
  | { readonly by: "stream"; readonly source: AsyncIterable<unknown> };

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly answer: (call: Call) => Promise<Reply> | Reply;
}

const json = (value: unknown): Reply => ({ by: "json", value });
const stream = (source: AsyncIterable<unknown>): Reply => ({ by: "stream", source });

/** The whole control API. */
export const routes: readonly Route[] = [
  { method: "GET", path: /^\/v1\/run$/, answer: async ({ control }) => json(await control.look()) },
  {
    method: "GET",
    path: /^\/v1\/feed$/,
    answer: ({ control, signal }) => stream(feedStream(control, signal)),
  },
  {
    method: "GET",
    path: /^\/v1\/logs$/,
    answer: ({ control, query, signal }) => {
      const wanted = logQuery(query);
      return stream(
        query.get("follow") === "1" ? control.followLogs(wanted, signal) : control.readLogs(wanted),
      );
    },
  },
  {
    method: "POST",
    path: /^\/v1\/act$/,
    answer: async ({ control, body, signal }) => {
      const { action, names } = actRequest(await body());
      assertGoesOn(control, action);
      const resources = await control.act(action, names, signal);
      assertGoesOn(control, action); // a stop of everything may have come in between
      return json({ resources });
    },
  },
  {
    method: "GET",
    path: /^\/v1\/failures\/([^/]+)$/,
    answer: ({ control, id }) => json({ error: control.failure(id)?.toJSON() ?? null }),
  },
  {
    method: "POST",
    path: /^\/v1\/down$/,
    answer: async ({ control }) => json({ resources: await control.down() }),
  },
  {
    method: "GET",
    path: /^\/v1\/events$/,
    answer: ({ control, query, signal }) =>
      stream(eventStream(control, eventQuery(query), query.get("follow") === "1", signal)),
  },
  { method: "GET", path: /^\/v1\/flow\/([^/]+)$/, answer: async (call) => json(await flow(call)) },
  {
    method: "POST",
    path: /^\/v1\/publish$/,
    answer: async ({ control, body }) => {
      await control.publish(publishRequest(await body()));
      return { by: "empty" };
    },
  },
  {
    method: "POST",
    path: /^\/v1\/events\/([^/]+)\/replay$/,
    answer: async ({ control, id, body }) =>
      json(agentsOf(control, id, await control.replay(id, replayTarget(await body())))),
  },
  {
    method: "POST",
    path: /^\/v1\/events\/([^/]+)\/retry$/,
    answer: async ({ control, id }) => json(agentsOf(control, id, await control.retry(id))),
  },
];

/** While everything is being stopped nothing starts any more: to answer as if it did would be a lie. */
function assertGoesOn(control: RunControl, action: ResourceAction): void {
  const { state, project, pid } = control.view();
  if (action === "stop" || state !== "stopping") return;
  throw new AgentsError("AGENTS_STOPPING", `${project} (pid ${pid}) is stopping: nothing starts any more.`, {
    expected: "a run that goes on",
    found: "stopping",
    hint: "Once it has ended, start it again with: agents up",
  });
}

async function flow({ control, query, id, signal }: Call): Promise<FlowView> {
  const wait = waitMs(query);
  const now = control.journal.flow(id);
  if (now === null) throw unknownEvent(id, "The journal does not know it.");
  if (wait === null) return now;
  const waiting = within(signal, wait);
  try {
    return await control.settle(id, waiting);
  } catch (error) {
    if (!waiting.aborted) throw error;
    return control.journal.flow(id) ?? now; // not settled in time is an answer, not a failure
  }
}

const within = (signal: AbortSignal, ms: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(ms)]);

function agentsOf(
  { journal }: RunControl,
  id: string,
  result: ReplayResult,
): { readonly agents: readonly string[] } {
  if (result.found) return { agents: result.agents };
  if (journal.flow(id) === null) throw unknownEvent(id, result.reason);
  // The event is there; what is asked of it cannot be done.
  throw new AgentsError("AGENTS_USAGE", `Nothing is delivered again: ${result.reason}.`, {
    path: id,
    found: result.reason,
    hint: `See who got it with: agents events show ${id}`,
  });
}

const unknownEvent = (id: string, reason: string): AgentsError =>
  new AgentsError("AGENTS_EVENT_UNKNOWN", `There is no event ${id}: ${reason}`, {
    path: id,
    expected: "the id of an event in the journal",
    hint: "List them with: agents events",
  });
