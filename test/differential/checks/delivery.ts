import type { Reply } from "../../runtime/sidecar/kit.ts";
import type { Delivery, Side } from "../check.ts";
import type { Got } from "../app.ts";
import { EVENT_TYPE, JSON_TYPE, publishTo } from "./publish.ts";

const said = (status: string): Reply => ({ body: JSON.stringify({ status }) });

/** What an app answers, and whether that is the end of it. */
const ANSWERS: readonly (readonly [name: string, reply: Reply])[] = [
  ["200 and nothing", 200],
  ["201", 201],
  ["SUCCESS", said("SUCCESS")],
  ["an empty status", said("")],
  ["no JSON", { body: "ok" }],
  ["a list", { body: "[]" }],
  ["a number as status", { body: '{"status":1}' }],
  ["STATUS in capitals", { body: '{"STATUS":"DROP"}' }],
  ["DROP", said("DROP")],
  ["RETRY", said("RETRY")],
  ["retry in small letters", said("retry")],
  ["an unknown status", said("WHATEVER")],
  ["404", 404],
  ["404 with SUCCESS", { status: 404, body: '{"status":"SUCCESS"}' }],
  ["400", 400],
  ["500", 500],
  ["500 with DROP", { status: 500, body: '{"status":"DROP"}' }],
  ["302", 302],
  ["a broken connection", "break"],
];

const dead = (got: Got): boolean => got.path.endsWith("/dead");

/** Where an event came, by path and topic: what it says else is looked at elsewhere. */
const ways = (got: readonly Got[]): unknown =>
  got.map(({ path, text }) => `${path} ${/"topic":"([^"]*)"/u.exec(text)?.[1] ?? ""}`).toSorted();

const plain = (topic = "{id}"): Record<string, unknown> => ({
  pubsubname: "agents-pubsub",
  topic,
  route: "/{id}/t",
});
const json = (side: Side, topic: string, body = "{}", query = ""): Promise<unknown> =>
  publishTo(side, topic, { type: JSON_TYPE, body, query });

export function deliveryChecks(world: string): readonly Delivery[] {
  return [
    ...ANSWERS.flatMap(([name, reply]): readonly Delivery[] => [
      {
        at: "delivery",
        name: `the app answers ${name}`,
        world,
        subscribe: [plain()],
        publish: (side, id) => json(side, id),
        reply: () => reply,
        view: ways,
      },
      {
        at: "delivery",
        name: `the app answers ${name}, with a dead-letter topic`,
        world,
        subscribe: [
          { ...plain(), deadLetterTopic: "{id}-dead" },
          { pubsubname: "agents-pubsub", topic: "{id}-dead", route: "/{id}/dead" },
        ],
        publish: (side, id) => json(side, id),
        reply: (got) => (dead(got) ? 200 : reply),
        view: ways,
      },
    ]),
    {
      at: "delivery",
      name: "a dead letter is what was delivered",
      world,
      subscribe: [
        { ...plain(), deadLetterTopic: "{id}-dead" },
        { pubsubname: "agents-pubsub", topic: "{id}-dead", route: "/{id}/dead" },
      ],
      publish: (side, id) => json(side, id, '{"n":1}', "?metadata.custom=kept"),
      reply: (got) => (dead(got) ? 200 : said("DROP")),
    },
    ...routing(world),
    ...expiry(world),
    {
      at: "delivery",
      name: "a subscription with metadata",
      world,
      subscribe: [{ ...plain(), metadata: { custom: "of the subscription" } }],
      publish: (side, id) => json(side, id),
    },
    {
      at: "delivery",
      name: "the same topic twice",
      world,
      subscribe: [plain(), { ...plain(), route: "/{id}/second" }],
      publish: (side, id) => json(side, id),
    },
    {
      at: "delivery",
      name: "a subscription without a route",
      world,
      subscribe: [{ pubsubname: "agents-pubsub", topic: "{id}" }],
      publish: (side, id) => json(side, id),
    },
    {
      at: "delivery",
      name: "field names in any case",
      world,
      subscribe: [{ PubsubName: "agents-pubsub", TOPIC: "{id}", Route: "/{id}/t" }],
      publish: (side, id) => json(side, id),
    },
    {
      at: "delivery",
      name: "a route without a slash",
      world,
      subscribe: [{ pubsubname: "agents-pubsub", topic: "{id}", route: "{id}/t" }],
      publish: (side, id) => json(side, id),
    },
  ];
}

const publish = (side: Side, topic: string, event: unknown): Promise<unknown> =>
  publishTo(side, topic, { type: EVENT_TYPE, body: JSON.stringify(event) });
const view = (got: readonly Got[]): unknown =>
  got.map(({ path, text }) => `${path} ${/"id":"([^"]*)"/u.exec(text)?.[1] ?? ""}`).toSorted();
const rule = (match: string): Record<string, unknown> => ({
  routes: { rules: [{ match, path: "/{id}/yes" }], default: "/{id}/no" },
});

const publishAll = async (side: Side, id: string): Promise<unknown> => {
  const events = [
    { id: "r1", type: "first", data: { n: 1 } },
    { id: "r2", type: "second", data: { n: 5 } },
    { id: "r3", type: "third", data: { n: 50 } },
    { id: "r4", type: "fourth", data: {} },
    { id: "r5", type: "fifth", data: "text" },
  ];
  const answers: unknown[] = [];
  for (const event of events) answers.push(await publish(side, id, event));
  return answers;
};

function routing(world: string): readonly Delivery[] {
  const rules = [
    { match: 'event.type == "first"', path: "/{id}/first" },
    { match: 'has(event.data.n) && event.data.n < 10 && !(event.type in ["first"])', path: "/{id}/small" },
    { match: "has(event.data.n)", path: "/{id}/large" },
  ];
  const routed = (name: string, more: Record<string, unknown>): Delivery => ({
    at: "delivery",
    name,
    world,
    subscribe: [
      { pubsubname: "agents-pubsub", topic: "{id}", ...more },
      { pubsubname: "agents-pubsub", topic: "{id}-dead", route: "/{id}/dead" },
    ],
    publish: publishAll,
    view,
  });
  return [
    routed("routing rules", { routes: { rules, default: "/{id}/other" } }),
    routed("routing rules without a default", { routes: { rules } }),
    routed("routing rules without a default, with a dead-letter topic", {
      routes: { rules },
      deadLetterTopic: "{id}-dead",
    }),
    routed("a rule that fails on an event", rule("event.data.n > 3")),
    routed("a rule that fails on an event, with a dead-letter topic", {
      ...rule("event.data.n > 3"),
      deadLetterTopic: "{id}-dead",
    }),
    routed("a rule that gives no true or false", { ...rule("event.type"), deadLetterTopic: "{id}-dead" }),
    routed("a rule with arithmetic", rule("has(event.data.n) && event.data.n * 2.0 == 10.0")),
    routed("a rule that adds an integer", { ...rule("event.data.n + 1 == 2"), deadLetterTopic: "{id}-dead" }),
    routed("a rule with a choice", rule('event.type == "first" ? true : event.type == "third"')),
    routed(
      "a rule with conversions",
      rule('type(event.data) == map && has(event.data.n) && string(event.data.n) == "5"'),
    ),
    routed("a rule with a macro", rule('["first", "second"].exists(t, t == event.type)')),
    routed("a rule of matches", rule('event.type.matches("^f.*h$")')),
    routed("a rule over a name that is not there", { ...rule("other == 1"), deadLetterTopic: "{id}-dead" }),
    routed("an empty rule", { routes: { rules: [{ match: "", path: "/{id}/empty" }] } }),
  ];
}

function expiry(world: string): readonly Delivery[] {
  return [
    { name: "expired", expiration: "2020-01-01T00:00:00Z" },
    { name: "expired in another zone", expiration: "2020-01-01T00:00:00.5+02:00" },
    { name: "not expired", expiration: "2999-01-01T00:00:00Z" },
    { name: "no timestamp", expiration: "2020" },
    { name: "another form of date", expiration: "Jan 1 2020" },
    { name: "an empty expiration", expiration: "" },
    { name: "expired, raw", expiration: "2020-01-01T00:00:00Z", query: "?metadata.rawPayload=true" },
    { name: "not expired, raw", expiration: "2999-01-01T00:00:00Z", query: "?metadata.rawPayload=true" },
  ].map(({ name, expiration, query = "" }): Delivery => ({
    at: "delivery",
    name: `expiry: ${name}`,
    world,
    subscribe: [
      { pubsubname: "agents-pubsub", topic: "{id}", route: "/{id}/t", deadLetterTopic: "{id}-dead" },
      { pubsubname: "agents-pubsub", topic: "{id}-dead", route: "/{id}/dead" },
    ],
    publish: (side, id) =>
      publishTo(side, id, {
        type: EVENT_TYPE,
        body: JSON.stringify({ specversion: "1.0", id: "x", source: "s", type: "x", expiration, data: {} }),
        query,
      }),
    view: ways,
  }));
}
