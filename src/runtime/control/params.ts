import { LEVELS } from "../feed/level.ts";
import type { LogLevel } from "../feed/log-line.ts";
import { compileQuery } from "../feed/log-query.ts";
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
  if (level !== null && !isLevel(level)) throw wrong("level", LEVELS.join(", "), level);
  const wanted: LogQuery = {
    resources: query.getAll("resource"),
    ...(last === null ? {} : { last }),
    ...(since === null ? {} : { since }),
    ...(grep === null ? {} : { grep }),
    ...(level === null ? {} : { level }),
  };
  compileQuery(wanted); // a wrong `grep` or `since` has a status only before the stream has begun
  return wanted;
}

export function eventQuery(query: URLSearchParams): EventQuery {
  const type = query.get("type");
  const correlation = query.get("correlation");
  const id = query.get("id");
  const idPrefix = query.get("idPrefix");
  const after = count(query, "after");
  const limit = count(query, "limit");
  return {
    ...(type === null ? {} : { type }),
    ...(correlation === null ? {} : { correlation }),
    ...(id === null ? {} : { id }),
    ...(idPrefix === null ? {} : { idPrefix }),
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
  if (text === "" || !(seconds >= 0 && seconds <= 86_400))
    throw wrong("wait", "seconds, from 0 to 86400", text);
  return seconds * 1000;
}

export function actRequest(body: unknown): {
  readonly action: ResourceAction;
  readonly names: readonly string[];
} {
  const { action, names } = fields(body);
  if (action !== "start" && action !== "stop" && action !== "restart") {
    throw wrong("action", "start, stop or restart", action);
  }
  if (!isTexts(names)) throw wrong("names", "a list of resource names", names);
  return { action, names };
}

export function publishRequest(body: unknown): PublishRequest {
  const { pubsub, topic, body: payload, contentType, raw, ...more } = fields(body);
  if (!isText(pubsub)) throw wrong("pubsub", "a text", pubsub);
  if (!isText(topic)) throw wrong("topic", "a text", topic);
  if (typeof payload !== "string") throw wrong("body", "a text", payload);
  if (!isText(contentType)) throw wrong("contentType", "a text", contentType);
  if (typeof raw !== "boolean") throw wrong("raw", "true or false", raw);
  const known = Object.fromEntries(
    (["traceparent", "id", "correlationId"] as const).map((name) => [name, optionalText(name, more[name])]),
  );
  return { pubsub, topic, body: payload, contentType, raw, ...known };
}

export function replayTarget(body: unknown): string | null {
  const { to } = body === undefined ? { to: null } : fields(body);
  if (to !== null && to !== undefined && !isText(to)) throw wrong("to", "the name of an agent, or null", to);
  return to ?? null;
}

function optionalText(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (!isText(value)) throw wrong(name, "a text, or null", value);
  return value;
}

const isLevel = (text: string): text is LogLevel => (LEVELS as readonly string[]).includes(text);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

function count(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw wrong(name, "a whole number, 0 or more", text);
  return Number(text);
}

function fields(body: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(body)) throw wrong("body", "a JSON object", body);
  return body;
}

function wrong(path: string, expected: string, value: unknown): AgentsError {
  const found = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 200);
  return new AgentsError("AGENTS_USAGE", `${path} is ${found}; expected ${expected}.`, {
    path,
    expected,
    found,
  });
}
