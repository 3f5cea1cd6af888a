import { isFields, type Fields } from "../../../../journal/fields.ts";
import { appPath } from "./app-path.ts";
import { bulkSettings } from "./bulk-settings.ts";
import type { SubscriptionDefinition } from "./subscription.ts";

/** One entry of an app's `GET /dapr/subscribe`. */
export interface ParsedSubscription {
  readonly pubsub: string;
  readonly topic: string;
  readonly definition: SubscriptionDefinition;
}

export type ParsedAnswer =
  | {
      readonly ok: true;
      readonly subscriptions: readonly ParsedSubscription[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/** Reads the answer of `GET /dapr/subscribe` (Dapr's programmatic subscriptions). Field names match in any case, as they do in Dapr. */
export function parseSubscriptions(answer: string): ParsedAnswer {
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    const start = answer.trimStart().slice(0, 40);
    return { ok: false, message: `GET /dapr/subscribe did not answer JSON but: ${start}` };
  }
  if (value === null) return { ok: true, subscriptions: [], warnings: [] };
  if (!Array.isArray(value)) return { ok: false, message: "GET /dapr/subscribe did not answer a JSON array" };
  const subscriptions: ParsedSubscription[] = [];
  const warnings: string[] = [];
  for (const [index, entry] of value.entries()) {
    const parsed = parseEntry(entry);
    if (typeof parsed === "string") warnings.push(`subscription ${index + 1} is left out: ${parsed}`);
    else {
      const before = subscriptions.findIndex(
        (one) => one.pubsub === parsed.pubsub && one.topic === parsed.topic,
      );
      if (before < 0) subscriptions.push(parsed);
      else {
        // As with daprd: what is said last counts.
        warnings.push(
          `subscription ${index + 1} takes the place of an earlier one of ${parsed.pubsub}/${parsed.topic}`,
        );
        subscriptions[before] = parsed;
      }
      for (const route of unsendable(parsed))
        warnings.push(`no event can be sent to the route ${JSON.stringify(route)} of ${parsed.topic}`);
    }
  }
  return { ok: true, subscriptions, warnings };
}

/** Reads one subscription; a text says why it is none. */
export function parseEntry(entry: unknown): ParsedSubscription | string {
  const fields = lowerFields(entry);
  if (fields === null) return "it is not an object";
  const pubsub = text(fields["pubsubname"]);
  const topic = text(fields["topic"]);
  if (pubsub === null || topic === null) return "it has no pubsubname or no topic";
  const routes = lowerFields(fields["routes"]) ?? {};
  const rules: { match: string; path: string }[] = [];
  let defaultPath = text(routes["default"]) ?? text(fields["route"]);
  for (const rule of Array.isArray(routes["rules"]) ? routes["rules"] : []) {
    const { match, path } = lowerFields(rule) ?? {};
    const where = text(path);
    if (where === null) return "one of its routing rules has no path";
    // A rule that states no condition is the default (Dapr).
    if (text(match) === null) defaultPath = where;
    else rules.push({ match: String(match), path: where });
  }
  if (rules.length === 0 && defaultPath === null) return `${topic} has no route`;
  return {
    pubsub,
    topic,
    definition: {
      rules,
      defaultPath,
      deadLetterTopic: text(fields["deadlettertopic"]),
      metadata: stringFields(fields["metadata"]),
      bulk: bulkSettings(fields["bulksubscribe"]),
    },
  };
}

/** Dapr takes such a subscription too, and fails on each of its events. */
function unsendable({ definition: { rules, defaultPath } }: ParsedSubscription): readonly string[] {
  const routes = [...rules.map(({ path }) => path), ...(defaultPath === null ? [] : [defaultPath])];
  return routes.filter((route) => appPath(route) === null);
}

function lowerFields(value: unknown): Fields | null {
  if (!isFields(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]));
}

function stringFields(value: unknown): Readonly<Record<string, string>> {
  if (!isFields(value)) return {};
  const entries = Object.entries(value).map(([name, field]): [string, string] => [
    name,
    typeof field === "string" ? field : JSON.stringify(field),
  ]);
  return Object.fromEntries(entries);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
