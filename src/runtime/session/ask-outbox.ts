import { request } from "node:http";
import type { ResourceView } from "../model/snapshot.ts";

/** What an agent says of the events that it has saved and not yet published, and of what it does later in a flow. */
export type OutboxAnswer =
  /** It is not made with the kit: it has no outbox that the runtime knows of. */
  | { readonly at: "none" }
  | { readonly at: "counted"; readonly pending: number; readonly later: Later }
  /** It runs, and cannot tell. */
  | { readonly at: "unknown"; readonly reason: string }
  /** It does not run, so that nobody can be asked. */
  | { readonly at: "away"; readonly reason: string };

/** Work that is left for later, and when the first of it is due. */
interface Later {
  readonly pending: number;
  readonly dueAt: string | null;
}

/** An agent that has so much to do that it does not answer in this time cannot tell. */
const ANSWER_MS = 2_000;

/** Asks the agents of a run through their health routes, where those made with the kit tell. */
export class Outboxes {
  /** Those that have told of an outbox: from them, no answer is not the same as no outbox. */
  readonly #tellers = new Set<string>();

  /** @param flow the correlation id of the flow; null where it has none. */
  async ask(
    agent: string,
    flow: string | null,
    view: ResourceView | undefined,
    signal: AbortSignal,
  ): Promise<OutboxAnswer> {
    if (view === undefined) return { at: "none" };
    if (view.port === null || !ANSWERS.has(view.state)) return { at: "away", reason: `it is ${view.state}` };
    try {
      const query = flow === null ? "" : `?${new URLSearchParams({ correlationId: flow }).toString()}`;
      const answer = await getJson(view.port, `/api/${agent}/health${query}`, signal);
      // One that is not made with the kit may answer so to whatever it does not know.
      if (FAILED.has(answer.status) && this.#tellers.has(agent))
        return failed(`it answered ${answer.status}`);
      const outbox = answerIn(answer.body);
      if (outbox.at !== "none") this.#tellers.add(agent);
      return outbox;
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }
}

function failed(why: string): OutboxAnswer {
  return { at: "unknown", reason: `its health route failed: ${why}` };
}

const ANSWERS: ReadonlySet<ResourceView["state"]> = new Set(["ready", "unhealthy"]);

function answerIn(health: unknown): OutboxAnswer {
  const outbox = field(health, "outbox");
  if (typeof outbox !== "object" || outbox === null || !("pending" in outbox)) return { at: "none" };
  const { pending } = outbox;
  if (typeof pending !== "number") {
    return { at: "unknown", reason: "it does not know yet how many events wait in its outbox" };
  }
  const later = laterIn(field(health, "later"));
  if (later !== null) return { at: "counted", pending, later };
  return { at: "unknown", reason: "it does not know now what it has left for later" };
}

/** Null where the agent cannot tell. One that says nothing of it leaves nothing for later. */
function laterIn(later: unknown): Later | null {
  if (later === undefined) return { pending: 0, dueAt: null };
  const [pending, dueAt] = [field(later, "pending"), field(later, "dueAt")];
  if (typeof pending !== "number") return null;
  return { pending, dueAt: typeof dueAt === "string" ? dueAt : null };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** It has such a route, and the route failed. */
const FAILED: ReadonlySet<number> = new Set([500, 503]);

interface JsonAnswer {
  readonly status: number;
  /** Null where it is no JSON, or not of a 200. */
  readonly body: unknown;
}

function getJson(port: number, path: string, signal: AbortSignal): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const call = request({ host: "127.0.0.1", port, path, signal: limit, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const status = answer.statusCode ?? 0;
        resolve({ status, body: status === 200 ? parsed(text) : null });
      });
    });
    call.on("error", (error) =>
      reject(limit.aborted ? new Error("it did not answer in time", { cause: error }) : error),
    );
    call.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON: not an agent of the kit
  }
}
