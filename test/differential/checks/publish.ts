import type { call } from "../../runtime/sidecar/kit.ts";
import type { Delivery, Side } from "../check.ts";

interface Published {
  readonly name: string;
  readonly type?: string;
  readonly body: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly topic?: string;
  readonly differs?: string;
}

/** Publishes as a check says, and gives what the sidecar answered. */
export async function publishTo(
  side: Side,
  topic: string,
  { type, body, query = "", headers = {} }: Omit<Published, "name" | "topic">,
  pubsub = "agents-pubsub",
): Promise<number> {
  const answer: Awaited<ReturnType<typeof call>> = await side.call(
    `/v1.0/publish/${pubsub}/${topic}${query}`,
    {
      method: "POST",
      headers: { ...headers, ...(type === undefined ? {} : { "content-type": type }) },
      body,
    },
  );
  return answer.status;
}

export const JSON_TYPE = "application/json";
export const EVENT_TYPE = "application/cloudevents+json";
const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const PUBLISHED: readonly Published[] = [
  {
    name: "JSON with a number beyond 2^53 and HTML",
    type: JSON_TYPE,
    body: '{"n":12345678901234567890,"f":1.10,"s":"<&>é"}',
  },
  { name: "JSON with a charset", type: "application/json; charset=utf-8", body: "[1, 2]" },
  { name: "JSON null", type: JSON_TYPE, body: "null" },
  { name: "a JSON string", type: JSON_TYPE, body: '"text"' },
  { name: "no JSON as JSON", type: JSON_TYPE, body: "no json" },
  { name: "nothing as JSON", type: JSON_TYPE, body: "" },
  { name: "no content type", body: "no content type" },
  { name: "text", type: "text/plain; charset=utf-8", body: "äöü" },
  { name: "xml", type: "application/xml", body: "<a/>" },
  { name: "an unknown type", type: "foo/bar", body: "x" },
  { name: "bytes", type: "application/octet-stream", body: "\u0001bytes" },
  { name: "another JSON type", type: "application/vnd.api+json", body: '{"a":1}' },
  {
    name: "overridden attributes",
    type: JSON_TYPE,
    body: "{}",
    query:
      "?metadata.cloudevent.id=own&metadata.cloudevent.type=own.type&metadata.CloudEvent.source=own/source&metadata.cloudevent.subject=sub",
  },
  {
    name: "metadata",
    type: JSON_TYPE,
    body: "{}",
    query: "?metadata.custom=value+x&other=1&metadata.customB=2",
  },
  { name: "a trace", type: JSON_TYPE, body: "{}", headers: { traceparent: TRACE } },
  {
    name: "a trace with state",
    type: JSON_TYPE,
    body: "{}",
    headers: { traceparent: TRACE, tracestate: "a=b" },
  },
  {
    name: "an overridden trace",
    type: JSON_TYPE,
    body: "{}",
    query: `?metadata.cloudevent.traceparent=${TRACE}`,
  },
  {
    name: "a CloudEvent",
    type: EVENT_TYPE,
    body: '{"specversion":"1.0","id":"e1","source":"/agents/x","type":"my.type","datacontenttype":"application/json","data":{"a":1},"agentsdepth":3}',
  },
  {
    name: "a CloudEvent with another topic and time",
    type: EVENT_TYPE,
    body: '{"id":"e2","topic":"other","pubsubname":"no","data":"text","time":"1999-01-01T00:00:00Z"}',
  },
  {
    name: "a CloudEvent with overrides",
    type: EVENT_TYPE,
    body: '{"id":"e3","data":1}',
    query: "?metadata.cloudevent.type=t2",
  },
  {
    name: "a CloudEvent that has what is overridden",
    type: EVENT_TYPE,
    body: '{"id":"e5","type":"t","source":"s","subject":"u","data":1}',
    query: "?metadata.cloudevent.type=t2&metadata.cloudevent.id=x&metadata.cloudevent.subject=y",
  },
  {
    name: "a CloudEvent with an overridden trace",
    type: EVENT_TYPE,
    body: '{"id":"e6","data":1}',
    query: `?metadata.cloudevent.traceparent=${TRACE}`,
  },
  {
    name: "a CloudEvent with a trace of its own",
    type: EVENT_TYPE,
    body: `{"id":"e7","data":1,"traceparent":"${TRACE}"}`,
  },
  {
    name: "a CloudEvent with time to live",
    type: EVENT_TYPE,
    body: '{"id":"e8","data":1}',
    query: "?metadata.ttlInSeconds=100",
  },
  { name: "an overridden trace id", type: JSON_TYPE, body: "{}", query: "?metadata.cloudevent.traceid=own" },
  {
    name: "an overridden trace state",
    type: JSON_TYPE,
    body: "{}",
    query: "?metadata.cloudevent.tracestate=a=b",
  },
  { name: "an empty CloudEvent", type: "application/cloudevents+json; charset=utf-8", body: "{}" },
  { name: "a CloudEvent of bytes", type: EVENT_TYPE, body: '{"id":"e4","data_base64":"AQI="}' },
  { name: "time to live", type: JSON_TYPE, body: "{}", query: "?metadata.ttlInSeconds=100" },
  { name: "time to live by its other name", type: JSON_TYPE, body: "{}", query: "?metadata.ttl=1m" },
  { name: "no time to live", type: JSON_TYPE, body: "{}", query: "?metadata.ttlInSeconds=-1" },
  { name: "a time to live that is none", type: JSON_TYPE, body: "{}", query: "?metadata.ttlInSeconds=soon" },
  {
    name: "raw in an envelope's subscription",
    type: JSON_TYPE,
    body: '{"a": 1}',
    query: "?metadata.rawPayload=true",
  },
  {
    name: "raw text in an envelope's subscription",
    type: "text/plain",
    body: "no json",
    query: "?metadata.rawPayload=true",
  },
  {
    name: "a raw CloudEvent",
    type: EVENT_TYPE,
    body: '{"id":"r1","specversion":"1.0","type":"x","source":"s","data":{"n":1}}',
    query: "?metadata.rawPayload=true",
  },
];

const STRANGE_TOPICS: readonly Published[] = [
  { name: "a topic with a slash", topic: "{id}/a/b", type: JSON_TYPE, body: "{}" },
  { name: "a topic with a space", topic: "{id}%20b", type: JSON_TYPE, body: "{}" },
  { name: "a topic with a plus", topic: "{id}+b", type: JSON_TYPE, body: "{}" },
  { name: "a topic with an umlaut", topic: "{id}-ü", type: JSON_TYPE, body: "{}" },
];

export function publishChecks(world: string): readonly Delivery[] {
  const plain = PUBLISHED.map((one): Delivery => ({
    at: "delivery",
    name: `publish ${one.name}`,
    world,
    subscribe: [{ pubsubname: "agents-pubsub", topic: "{id}", route: "/{id}/t" }],
    publish: (side, id) => publishTo(side, id, one),
    ...(one.differs === undefined ? {} : { differs: one.differs }),
  }));
  const strange = STRANGE_TOPICS.map((one): Delivery => ({
    at: "delivery",
    name: `publish to ${one.name}`,
    world,
    subscribe: [
      {
        pubsubname: "agents-pubsub",
        topic: decodeURIComponent((one.topic ?? "").replaceAll("+", " ")),
        route: "/{id}/t",
      },
    ],
    publish: (side, id) =>
      publishTo(side, encodeURI((one.topic ?? "").replaceAll("{id}", id)).replaceAll("%25", "%"), one),
  }));
  const raw: readonly Delivery[] = [
    ["JSON", JSON_TYPE, '{"a": 1}', "?metadata.rawPayload=true"],
    ["text", "text/plain", "plain text", "?metadata.rawPayload=true"],
    ["an envelope", JSON_TYPE, '{"a": 1}', ""],
  ].map(([name, type = "", body = "", query = ""]): Delivery => ({
    at: "delivery",
    name: `${name} in a raw subscription`,
    world,
    subscribe: [
      { pubsubname: "agents-pubsub", topic: "{id}", route: "/{id}/raw", metadata: { rawPayload: "true" } },
    ],
    publish: (side, id) => publishTo(side, id, { type, body, query }),
    ...(query === ""
      ? {
          // The envelope inside of the base64 has an id and a time of its own.
          view: (got) =>
            got.map(({ path, text }) => ({ path, keys: Object.keys(JSON.parse(text) as object).toSorted() })),
        }
      : {}),
  }));
  return [...plain, ...strange, ...raw, bulkPublish(world)];
}

function bulkPublish(world: string): Delivery {
  return {
    at: "delivery",
    name: "a bulk of three",
    world,
    subscribe: [{ pubsubname: "agents-pubsub", topic: "{id}", route: "/{id}/t" }],
    publish: async (side, id) => {
      const entries = [
        { entryId: "1", event: { a: 1 }, contentType: JSON_TYPE },
        { entryId: "2", event: "text", contentType: "text/plain", metadata: { custom: "own" } },
        { entryId: "3", event: "AQI=", contentType: "application/octet-stream" },
      ];
      const answer = await side.call(`/v1.0/publish/bulk/agents-pubsub/${id}?metadata.customB=all`, {
        method: "POST",
        headers: { "content-type": JSON_TYPE },
        body: JSON.stringify(entries),
      });
      return answer.status;
    },
  };
}
