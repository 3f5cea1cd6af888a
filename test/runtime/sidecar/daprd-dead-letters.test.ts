import { join } from "node:path";
import t from "tap";
import { daprdFiles, startDaprd, WITH_DAPRD } from "./daprd.ts";
import { type App, type Received, call, openHost, spec, startApp, statuses, subscription } from "./kit.ts";

/** What is published, by CloudEvent id; the app answers what `data` says. */
const PUBLISHED: readonly {
  readonly id: string;
  readonly topic?: string;
  readonly data?: unknown;
  readonly expiration?: string;
  readonly query?: string;
}[] = [
  { id: "handled" },
  { id: "dropped", data: { body: '{"status":"DROP"}' } },
  { id: "not-found", data: { status: 404 } },
  { id: "failed", data: { status: 500 } },
  { id: "redirected", data: { status: 302 } },
  { id: "retry", data: { body: '{"status":"RETRY"}' } },
  { id: "dropped-for-good", topic: "no-dead-letters", data: { body: '{"status":"DROP"}' } },
  { id: "unrouted", topic: "routed" },
  { id: "expired", expiration: "2020-01-01T00:00:00Z" },
  { id: "expired-elsewhere", expiration: "2020-01-01T00:00:00.5+02:00" },
  { id: "expired-raw", expiration: "2020-01-01T00:00:00Z", query: "?metadata.rawPayload=true" },
  { id: "not-expired", expiration: "2999-01-01T00:00:00Z" },
  { id: "not-expired-raw", expiration: "2999-01-01T00:00:00Z", query: "?metadata.rawPayload=true" },
  { id: "no-timestamp", expiration: "2020" },
  { id: "no-timestamp-either", expiration: "Jan 1 2020" },
  { id: "no-expiration", expiration: "" },
  { id: "lives-on", query: "?metadata.ttlInSeconds=100" },
  { id: "no-ttl", query: "?metadata.ttlInSeconds=-1" },
  { id: "last" },
];

const SUBSCRIBED = [
  subscription("t", { deadLetterTopic: "dead" }),
  subscription("no-dead-letters"),
  subscription("routed", {
    route: "",
    routes: { rules: [{ match: 'event.type == "other"', path: "/routed" }] },
    deadLetterTopic: "dead",
  }),
  subscription("dead"),
];

const APP = {
  subscribe: SUBSCRIBED,
  reply: ({ path, event }: Received) => (path === "/dead" ? 200 : Object(event["data"])),
};

t.test("dead letters and expired events go where they go with a real daprd", WITH_DAPRD, async (t) => {
  const dir = t.testdir({ ours: {}, "secrets.json": "{}", ...daprdFiles() });
  const [ourApp, theirApp] = [await startApp(t, APP), await startApp(t, APP)];
  const { host, journal, ready, until } = await openHost(t, join(dir, "ours"));
  const { httpPort } = await host.start(spec("app", ourApp.port));
  await ready("app");
  const theirs = await startDaprd(t, { dir, appPort: theirApp.port });
  for (const { id, topic = "t", data = {}, expiration, query = "" } of PUBLISHED) {
    const event = { specversion: "1.0", id, source: "s", type: "x", expiration, data };
    const path = `/v1.0/publish/agents-pubsub/${topic}${query}`;
    const headers = { "content-type": "application/cloudevents+json" };
    const options = { method: "POST", headers, body: JSON.stringify(event) };
    const answers = await Promise.all([call(httpPort, path, options), call(theirs, path, options)]);
    t.same(
      answers.map(({ status }) => status),
      [204, 204],
      id,
    );
  }
  await until(() => statuses(journal.events({})).every((one) => !/pending|delivering|retrying/.test(one)));
  while (!theirApp.received.some(({ event }) => event["id"] === "last"))
    await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(ways(ourApp), ways(theirApp));
  const outcome = (id: string): string | undefined => {
    const found = journal.events({ id }).find(({ event }) => event.topic !== "dead");
    return found?.event.deliveries[0]?.status;
  };
  t.same(
    PUBLISHED.map(({ id }) => `${id} ${outcome(id)}`).filter((one) => !one.endsWith(" success")),
    [
      "dropped dead",
      "not-found dead",
      "failed dead",
      "redirected dead",
      "retry dead",
      "dropped-for-good dropped",
      "unrouted dead",
      "expired expired",
      "expired-elsewhere expired",
      "expired-raw expired",
    ],
  );
});

/** Where each event came: a retry, which daprd does not make unasked, is the same way again. */
function ways({ received }: App): readonly string[] {
  const all = received.map(({ path, event }) => `${String(event["id"])} ${path} ${String(event["topic"])}`);
  return [...new Set(all)].toSorted((a, b) => a.localeCompare(b));
}
