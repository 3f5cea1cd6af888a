import type { LogLevel } from "../feed/log-line.ts";
import type { EventQuery } from "../journal/journal-view.ts";
import { AgentsError } from "../model/errors.ts";
import type { PublishRequest } from "../resources/sidecar/sidecar-host.ts";
import type { LogQuery, ResourceAction } from "./run-control.ts";

/** What the routes take, read out of query strings and JSON bodies. Anything wrong is `AGENTS_USAGE` with its place. */

export function logQuery(query: URLSearchParams): LogQuery {
  const last = count(query, "last");
  const since = query.get("since");
  const grep = query.get("grep");
  const level = query.get("level");
  if (since !== null && Number.isNaN(Date.parse(since))) throw wrong("since", "a time in ISO 8601", since);
  if (level !== null && !isLevel(level)) throw wrong("level", LEVELS.join(", "), level);
  if (grep !== null) assertRegExp(grep);
  return {
    resources: query.getAll("resource"),
    ...(last === null ? {} : { last }),
    ...(since === null ? {} : { since }),
    ...(grep === null ? {} : { grep }),
    ...(level === null ? {} : { level }),
  };
}

export function eventQuery(query: URLSearchParams): EventQuery {
  const type = query.get("type");
  const correlation = query.get("correlation");
  const id = query.get("id");
  const after = count(query, "after");
  const limit = count(query, "limit");
  return {
    ...(type === null ? {} : { type }),
    ...(correlation === null ? {} : { correlation }),
    ...(id === null ? {} : { id }),
    ...(query.get("dead") === "1" ? { dead: true } : {}),
    ...(after === null ? {} : { after }),
    ...(limit === null ? {} : { limit }),
  };
}

/** Seconds to wait, as ms; null = do not wait. */
export function waitMs(query: URLSearchParams): number | null {
  const text = query.get("wait");
  if (text === null) return null;
  const seconds = Number(text);
  if (text === "" || !(seconds >= 0 && seconds <= 86_400)) throw wrong("wait", "seconds, from 0 to 86400", text);
  return seconds * 1000;
}

export function actRequest(body: unknown): { readonly action: ResourceAction; readonly names: readonly string[] } {
  const { action, names } = fields(body);
  if (action !== "start" && action !== "stop" && action !== "restart") {
    throw wrong("action", "start, stop or restart", action);
  }
  if (!isTexts(names)) throw wrong("names", "a list of resource names", names);
  return { action, names };
}

export function publishRequest(body: unknown): PublishRequest {
  const { pubsub, topic, body: payload, contentType, raw } = fields(body);
  if (!isText(pubsub)) throw wrong("pubsub", "a text", pubsub);
  if (!isText(topic)) throw wrong("topic", "a text", topic);
  if (typeof payload !== "string") throw wrong("body", "a text", payload);
  if (!isText(contentType)) throw wrong("contentType", "a text", contentType);
  if (typeof raw !== "boolean") throw wrong("raw", "true or false", raw);
  return { pubsub, topic, body: payload, contentType, raw };
}

export function replayTarget(body: unknown): string | null {
  const { to } = body === undefined ? { to: null } : fields(body);
  if (to !== null && to !== undefined && !isText(to)) throw wrong("to", "the name of an agent, or null", to);
  return to ?? null;
}

const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

const isLevel = (text: string): text is LogLevel => (LEVELS as readonly string[]).includes(text);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

function count(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw wrong(name, "a whole number, 0 or more", text);
  return Number(text);
}

function assertRegExp(pattern: string): void {
  try {
    void new RegExp(pattern, "u");
  } catch (error) {
    try {
      // Patterns that only the old grammar takes (`\-`, a lone `{`) are what people type: let them pass.
      void new RegExp(pattern);
    } catch {
      throw wrong("grep", `a regular expression (${error instanceof Error ? error.message : ""})`, pattern);
    }
  }
}

function fields(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw wrong("body", "a JSON object", body);
  return body as Readonly<Record<string, unknown>>;
}

function wrong(path: string, expected: string, value: unknown): AgentsError {
  const found = value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 200);
  return new AgentsError("AGENTS_USAGE", `${path} is ${found}; expected ${expected}.`, { path, expected, found });
}
