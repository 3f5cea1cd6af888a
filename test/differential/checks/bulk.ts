import { isFields } from "../../../src/runtime/journal/fields.ts";
import type { Reply } from "../../runtime/sidecar/kit.ts";
import type { Got } from "../app.ts";
import type { Delivery } from "../check.ts";
import { masked } from "../mask.ts";
import { JSON_TYPE, publishTo } from "./publish.ts";

interface Entry {
  readonly entryId: string;
  readonly event: unknown;
  readonly contentType: unknown;
  readonly metadata: unknown;
}

function entriesOf({ text }: Got): readonly Entry[] {
  const value: unknown = JSON.parse(text);
  return isFields(value) && Array.isArray(value["entries"]) ? (value["entries"] as Entry[]) : [];
}

/** Statuses for the entries, by their place. */
function statuses(got: Got, statusOf: (entry: Entry, index: number) => string | null): Reply {
  const list = entriesOf(got).flatMap((entry, index) => {
    const status = statusOf(entry, index);
    return status === null ? [] : [{ entryId: entry.entryId, status }];
  });
  return { body: JSON.stringify({ statuses: list }) };
}

/** The envelope without what differs by its nature: how many came at once is a matter of time. */
const envelopes = (got: readonly Got[]): unknown =>
  got
    .flatMap((one): readonly unknown[] => {
      if (!one.text.includes('"entries"')) return [{ path: one.path, text: "one event" }];
      const { entries: _entries, ...envelope } = JSON.parse(masked(one.text)) as Record<string, unknown>;
      return entriesOf(one).map((entry) => ({
        path: one.path,
        envelope,
        type: one.headers["content-type"],
        event:
          typeof entry.event === "string"
            ? "base64"
            : (JSON.parse(masked(JSON.stringify(entry.event))) as unknown),
        contentType: entry.contentType,
      }));
    })
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const subscribe = (more: Record<string, unknown> = {}): readonly Record<string, unknown>[] => [
  {
    pubsubname: "agents-pubsub",
    topic: "{id}",
    route: "/{id}/bulk",
    bulkSubscribe: { enabled: true, maxMessagesCount: 3, maxAwaitDurationMs: 100 },
    ...more,
  },
  { pubsubname: "agents-pubsub", topic: "{id}-dead", route: "/{id}/dead" },
];
const three: Delivery["publish"] = async (side, id) => {
  const answers: unknown[] = [];
  for (const n of [1, 2, 3])
    answers.push(await publishTo(side, id, { type: JSON_TYPE, body: JSON.stringify({ n }) }));
  return answers;
};
const second = ({ event }: Entry): boolean => JSON.stringify(event).includes('"n":2');

export function bulkChecks(world: string): readonly Delivery[] {
  const bulk = (
    name: string,
    reply: (got: Got) => Reply,
    more: Record<string, unknown> = {},
    view = envelopes,
  ): Delivery => ({
    at: "delivery",
    name: `bulk: ${name}`,
    world,
    subscribe: subscribe(more),
    publish: three,
    reply: (got) => (got.path.endsWith("/bulk") ? reply(got) : 200),
    view,
    quietMs: 900,
  });
  return [
    bulk("all are handled", (got) => statuses(got, () => "SUCCESS")),
    bulk("nothing is answered", () => 200),
    bulk("one is to be tried again", (got) =>
      statuses(got, (entry) => (second(entry) ? "RETRY" : "SUCCESS")),
    ),
    bulk("one is missing in the answer", (got) =>
      statuses(got, (entry) => (second(entry) ? null : "SUCCESS")),
    ),
    bulk(
      "one is dropped, with a dead-letter topic",
      (got) => statuses(got, (entry) => (second(entry) ? "DROP" : "SUCCESS")),
      {
        deadLetterTopic: "{id}-dead",
      },
    ),
    bulk(
      "one is to be tried again, with a dead-letter topic",
      (got) => statuses(got, (entry) => (second(entry) ? "RETRY" : "SUCCESS")),
      {
        deadLetterTopic: "{id}-dead",
      },
    ),
    {
      ...bulk("the app answers 404, with a dead-letter topic", () => 404, { deadLetterTopic: "{id}-dead" }),
      differs:
        "a bulk that is answered with 404 goes to the dead-letter topic, as a single event does; daprd loses it",
    },
    bulk("the app answers 500, with a dead-letter topic", () => 500, { deadLetterTopic: "{id}-dead" }),
    bulk("raw", (got) => statuses(got, () => "SUCCESS"), { metadata: { rawPayload: "true" } }),
    bulk("with defaults", (got) => statuses(got, () => "SUCCESS"), { bulkSubscribe: { enabled: true } }),
    bulk("not enabled", () => 200, { bulkSubscribe: { enabled: false, maxMessagesCount: 3 } }),
    bulk("by rules", (got) => statuses(got, () => "SUCCESS"), {
      route: undefined,
      routes: { rules: [{ match: "event.data.n == 2", path: "/{id}/bulk/two" }], default: "/{id}/bulk" },
    }),
  ];
}
