import type { Reply } from "../../runtime/sidecar/kit.ts";
import type { Got } from "../app.ts";
import type { Delivery, Question, Side } from "../check.ts";
import { answerShape, deliveryShape } from "../mask.ts";
import { EVENT_TYPE, JSON_TYPE, publishTo } from "./publish.ts";

const count = (got: readonly Got[]): unknown => got.map(({ path }) => path).toSorted();

function policy(
  name: string,
  pubsubname: string,
  reply: (got: Got, nth: number) => Reply,
  more: Record<string, unknown> = {},
  times = 1,
): Delivery {
  return {
    at: "delivery",
    name: `policy: ${name}`,
    world: "declared",
    subscribe: [
      { pubsubname, topic: "{id}", route: "/{id}/t", ...more },
      { pubsubname, topic: "{id}-dead", route: "/{id}/dead" },
    ],
    publish: async (side, id) => {
      const answers: unknown[] = [];
      for (let n = 0; n < times; n += 1) {
        answers.push(await publishTo(side, id, { type: JSON_TYPE, body: JSON.stringify({ n }) }, pubsubname));
        await side.gotAtLeast(id, Math.min(n + 1, 2));
      }
      return answers;
    },
    reply: (got, nth) => (got.path.endsWith("/dead") ? 200 : reply(got, nth)),
    view: count,
    quietMs: 900,
  };
}

const DEAD = { deadLetterTopic: "{id}-dead" };
const RETRY: Reply = { body: '{"status":"RETRY"}' };

export const POLICY_DELIVERIES: readonly Delivery[] = [
  policy("three retries of RETRY", "agents-pubsub", () => RETRY),
  policy("three retries of 500", "agents-pubsub", () => 500),
  policy("three retries, then the dead-letter topic", "agents-pubsub", () => RETRY, DEAD),
  policy("the second attempt is handled", "agents-pubsub", (_got, nth) => (nth < 2 ? 500 : 200), DEAD),
  policy("a drop is not tried again", "agents-pubsub", () => ({ body: '{"status":"DROP"}' }), DEAD),
  policy("404 is not tried again", "agents-pubsub", () => 404, DEAD),
  policy("none, and the app fails", "plain-pubsub", () => 500, DEAD),
  policy("no retries by a policy", "none-pubsub", () => 500, DEAD),
  policy("a time-out", "timed-pubsub", (_got, nth) => (nth < 3 ? "hang" : 200), DEAD),
  policy("a status that matches", "matched-pubsub", () => 503, DEAD),
  policy("a status that does not match", "matched-pubsub", () => 400, DEAD),
  policy("RETRY where only statuses match", "matched-pubsub", () => RETRY, DEAD),
  policy("an open circuit breaker", "breaker-pubsub", () => 500, {}, 4),
];

export const DEFAULT_DELIVERIES: readonly Delivery[] = [
  {
    ...policy("the most specific default counts", "agents-pubsub", () => 500, DEAD),
    world: "defaults",
  },
];

/** What stands in files: the app has one subscription, on one of their topics. */
function declared(name: string, topic: string, body: string, type = JSON_TYPE): Question {
  return {
    at: "question",
    name: `declared: ${name}`,
    world: "declared",
    ask: async (side) => {
      const before = side.got("declared").length;
      const status = await publishTo(side, topic, { type, body }, "plain-pubsub");
      await quiet(side);
      return { status, got: shapes(side.got("declared").slice(before)) };
    },
  };
}

function shapes(got: readonly Got[]): readonly unknown[] {
  return got.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(deliveryShape);
}

async function quiet(side: Side): Promise<void> {
  // What is published last comes last, and what was published before it has come by then: so does a second look.
  const before = side.got("declared").length;
  await publishTo(side, "v1", { type: JSON_TYPE, body: '"quiet"' }, "plain-pubsub");
  await side.gotAtLeast("declared", before + 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
}

export const DECLARED_QUESTIONS: readonly Question[] = [
  declared("v1alpha1", "v1", '{"n":1}'),
  declared("v2alpha1, a rule", "v2", '{"id":"1","type":"first","data":{}}', EVENT_TYPE),
  declared("v2alpha1, a rule with a macro", "v2", '{"id":"1","type":"x","data":{"list":[1,3]}}', EVENT_TYPE),
  declared("v2alpha1, the default", "v2", '{"id":"1","type":"x","data":{"list":[1]}}', EVENT_TYPE),
  declared("v2alpha1, a rule that fails", "v2", '{"id":"1","type":"x","data":{}}', EVENT_TYPE),
  declared("for another app", "not-ours", "{}"),
  declared("the app says it too", "said-twice", "{}"),
  declared("twice", "declared-twice", "{}"),
];

const publishes = (pubsub: string, topic: string): Question => ({
  at: "question",
  name: `scopes: publish ${topic} on ${pubsub}`,
  world: "declared",
  ask: async (side) =>
    answerShape(
      await side.call(`/v1.0/publish/${pubsub}/${topic}`, {
        method: "POST",
        headers: { "content-type": JSON_TYPE },
        body: "{}",
      }),
    ),
});

export const SCOPE_QUESTIONS: readonly Question[] = [
  publishes("scoped-pubsub", "open"),
  publishes("scoped-pubsub", "both"),
  publishes("scoped-pubsub", "closed"),
  publishes("scoped-pubsub", "guarded"),
  publishes("allowed-pubsub", "a"),
  publishes("allowed-pubsub", "b"),
  publishes("allowed-pubsub", "c"),
  {
    at: "question",
    name: "scopes: publish a bulk",
    world: "declared",
    ask: async (side) =>
      answerShape(
        await side.call("/v1.0/publish/bulk/allowed-pubsub/c", {
          method: "POST",
          headers: { "content-type": JSON_TYPE },
          body: '[{"entryId":"1","event":1,"contentType":"application/json"}]',
        }),
      ),
  },
  {
    at: "question",
    name: "metadata lists subscriptions by where they come from",
    world: "declared",
    ask: async (side) => {
      const { json } = await side.call("/v1.0/metadata");
      const list = Array.isArray(json["subscriptions"]) ? (json["subscriptions"] as unknown[]) : [];
      const resiliencies: unknown = json["resiliencies"] ?? null;
      return {
        resiliencies,
        list: list
          .filter((one) => !/c\d+/u.test(JSON.stringify(one)))
          .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      };
    },
  },
];

export const SCOPE_DELIVERIES: readonly Delivery[] = (
  [
    ["both", "scoped-pubsub"],
    ["open", "scoped-pubsub"],
    ["a", "allowed-pubsub"],
    ["c", "allowed-pubsub"],
  ] as const
).map(([topic, pubsubname]) => ({
  at: "delivery",
  name: `scopes: subscribe to ${topic} on ${pubsubname}`,
  world: "declared",
  subscribe: [{ pubsubname, topic, route: "/{id}/t" }],
  publish: (side) => publishTo(side, topic, { type: JSON_TYPE, body: "{}" }, pubsubname),
  view: count,
}));
