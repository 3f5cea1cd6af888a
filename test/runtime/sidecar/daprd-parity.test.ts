import { join } from "node:path";
import t from "tap";
import { ask } from "./api-case.ts";
import { API_CASES } from "./api-cases.ts";
import { daprdFiles, startDaprd, WITH_DAPRD } from "./daprd.ts";
import {
  type Answer,
  PUBSUB,
  type Received,
  STATE,
  call,
  component,
  openHost,
  spec,
  startApp,
} from "./kit.ts";

/* The same requests to the embedded sidecar and to a real daprd: status and body must be the same. */

t.test("the embedded sidecar answers what a real daprd answers", WITH_DAPRD, async (t) => {
  process.env["PARITY_SECRET"] = "s3cret";
  const secrets = JSON.stringify({ db: { password: "p" } });
  const dir = t.testdir({
    ours: { "secrets.json": secrets },
    "secrets.json": secrets,
    ...daprdFiles(),
  });
  const components = [
    PUBSUB,
    STATE,
    component("secretstore", "env", {}, "secretstores.local.env"),
    component("secretstore", "file", { secretsFile: "secrets.json" }, "secretstores.local.file"),
  ];
  const app = await startApp(t);
  const { host } = await openHost(t, join(dir, "ours"), { components });
  const { httpPort } = await host.start(spec("app", app.port));
  host.appReady("app");
  const theirs = await startDaprd(t, { dir, appPort: app.port });
  for (const one of API_CASES) {
    const [ours, real] = await Promise.all([ask(httpPort, one), ask(theirs, one)]);
    t.same(
      shape(ours, one.ownWords === true),
      shape(real, one.ownWords === true),
      `${one.name} (daprd: ${real.status} ${real.text})`,
    );
  }
});

/** What is published, one after the other; the app must get the same from both. */
const PUBLISHED: readonly {
  readonly topic: string;
  readonly type?: string;
  readonly body: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}[] = [
  { topic: "t", type: "application/json", body: '{"n":12345678901234567890,"f":1.10,"s":"<&>é"}' },
  { topic: "t", type: "application/json; charset=utf-8", body: "[1, 2]" },
  { topic: "t", type: "application/json", body: "no json" },
  { topic: "t", body: "no content type" },
  { topic: "t", type: "foo/bar", body: "x" },
  { topic: "t", type: "application/octet-stream", body: "\u0001bytes" },
  {
    topic: "t",
    type: "application/json",
    body: "{}",
    query:
      "?metadata.cloudevent.id=own&metadata.cloudevent.type=own.type&metadata.CloudEvent.source=own/source&metadata.cloudevent.subject=sub",
  },
  { topic: "t", type: "application/json", body: "{}", query: "?metadata.custom=value+x&other=1" },
  {
    topic: "t",
    type: "application/json",
    body: "{}",
    headers: { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
  },
  {
    topic: "t",
    type: "application/cloudevents+json",
    body: '{"specversion":"1.0","id":"e1","source":"/agents/x","type":"my.type","datacontenttype":"application/json","data":{"a":1},"agentsdepth":3}',
  },
  {
    topic: "t",
    type: "application/cloudevents+json",
    body: '{"id":"e2","topic":"other","pubsubname":"no","data":"text","time":"2020-01-01T00:00:00Z"}',
  },
  { topic: "t", type: "application/cloudevents+json; charset=utf-8", body: "{}" },
  { topic: "raw", type: "application/json", body: '{"a": 1}', query: "?metadata.rawPayload=true" },
  {
    topic: "routed",
    type: "application/cloudevents+json",
    body: '{"id":"r1","type":"first","data":{"n":1}}',
  },
  {
    topic: "routed",
    type: "application/cloudevents+json",
    body: '{"id":"r2","type":"second","data":{"n":5}}',
  },
  {
    topic: "routed",
    type: "application/cloudevents+json",
    body: '{"id":"r3","type":"third","data":{"n":50}}',
  },
  { topic: "routed", type: "application/cloudevents+json", body: '{"id":"r4","type":"fourth","data":{}}' },
];

const SUBSCRIBED = [
  { pubsubname: "agents-pubsub", topic: "t", route: "/t" },
  { pubsubname: "agents-pubsub", topic: "raw", route: "/raw", metadata: { rawPayload: "true" } },
  {
    pubsubname: "agents-pubsub",
    topic: "routed",
    routes: {
      rules: [
        { match: 'event.type == "first"', path: "/first" },
        { match: 'has(event.data.n) && event.data.n < 10 && !(event.type in ["first"])', path: "/small" },
        { match: "has(event.data.n)", path: "/large" },
      ],
      default: "/other",
    },
  },
];

t.test("an app gets from the embedded sidecar what it gets from a real daprd", WITH_DAPRD, async (t) => {
  const secrets = "{}";
  const dir = t.testdir({ ours: {}, "secrets.json": secrets, ...daprdFiles() });
  const [ourApp, theirApp] = [
    await startApp(t, { subscribe: SUBSCRIBED }),
    await startApp(t, { subscribe: SUBSCRIBED }),
  ];
  const { host, ready } = await openHost(t, join(dir, "ours"));
  const { httpPort } = await host.start(spec("app", ourApp.port));
  await ready("app");
  const theirs = await startDaprd(t, { dir, appPort: theirApp.port });
  for (const [index, { topic, type, body, query = "", headers = {} }] of PUBLISHED.entries()) {
    const options = {
      method: "POST",
      headers: { ...headers, ...(type === undefined ? {} : { "content-type": type }) },
      body,
    };
    const path = `/v1.0/publish/agents-pubsub/${topic}${query}`;
    const answers = await Promise.all([call(httpPort, path, options), call(theirs, path, options)]);
    t.same(
      answers.map((answer) => answer.status),
      [204, 204],
    );
    while (ourApp.received.length <= index || theirApp.received.length <= index)
      await new Promise((resolve) => setImmediate(resolve));
    const [ours, real] = [ourApp.received[index], theirApp.received[index]];
    t.same(received(ours), received(real), `${topic} ${type ?? "-"} ${body} (daprd: ${real?.text ?? ""})`);
  }
});

function received(one: Received | undefined): unknown {
  if (one === undefined) return null;
  const masked = one.text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/gu, "<uuid>")
    .replaceAll(/"time":"[^"]*(?<!00:00:00Z)"/gu, '"time":"<now>"');
  const { "content-type": type, traceparent, pubsubname, custom } = one.headers;
  // Numbers as text: what JSON.parse would round must be the same too.
  const numbers = [...masked.matchAll(/:(-?[\d.]+)/gu)].map(([, number]) => number);
  return {
    path: one.path,
    type,
    traceparent,
    pubsubname,
    custom,
    event: JSON.parse(masked),
    numbers: numbers
      .join(" ")
      .split(" ")
      .toSorted((a, b) => a.localeCompare(b)),
  };
}

/** Status and body; what is chosen anew each time is masked. */
function shape(answer: Answer, ownWords: boolean): unknown {
  const text = answer.text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, "<uuid>");
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: compared as it is.
  }
  if (ownWords && typeof body === "object" && body !== null && "errorCode" in body) body = body.errorCode;
  const type = answer.text === "" ? undefined : answer.headers["content-type"];
  return { status: answer.status, body, type, etag: answer.headers.etag !== undefined };
}
