import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import t from "tap";
import { eventsFile } from "../../../src/runtime/journal/schema.ts";
import {
  type App,
  call,
  openHost,
  type OpenHost,
  type Owner,
  publish,
  spec,
  startApp,
  statuses,
  subscription,
} from "./kit.ts";

const EVENT = { specversion: "1.0", id: "1", source: "test", type: "x", data: {} };
const ODD: readonly unknown[] = [
  "bad\nvalue",
  "☃",
  "",
  "\0",
  "\ud83d",
  "x".repeat(100_000),
  "chunked",
  "100-continue",
  "__proto__",
  5,
  1.5,
  -1e300,
  null,
  true,
  [],
  {},
  { toString: 1, valueOf: 1 },
];
const ATTRIBUTES =
  "id source type subject time datacontenttype expiration specversion topic pubsubname traceid traceparent " +
  "tracestate agentsdepth correlationid causationid data data_base64 constructor __proto__";
const METADATA =
  "trailer transfer-encoding connection upgrade expect host content-length te cookie set-cookie traceparent " +
  "pubsubname ttlInSeconds rawPayload ö a:b __proto__ cloudevent.id cloudevent.type cloudevent.traceparent " +
  "cloudevent.traceid cloudevent.source";

t.test(
  "no event that anybody publishes ends the sidecars or holds up the others",
  { timeout: 60_000 },
  async (t) => {
    const rules = [{ match: 'event.data.a.b == "c"', path: "/ruled" }];
    const subscribe = [
      subscription("x", { deadLetterTopic: "dead" }),
      subscription("raw", { metadata: { rawPayload: "true" } }),
      subscription("bulk", { bulkSubscribe: { enabled: true } }),
      subscription("rules", { route: undefined, routes: { rules, default: "/rules" } }),
    ];
    const { app, port, opened } = await open(t, subscribe);
    const topics = ["x", "raw", "bulk", "rules"];
    const cloudEvent = { "content-type": "application/cloudevents+json" };
    const bodies = ATTRIBUTES.split(" ").flatMap((name) =>
      ODD.map((odd) => JSON.stringify({ ...EVENT, traceid: "t", [name]: odd })),
    );
    bodies.push("", "{", "null", "[]", '{"a":'.repeat(20_000), `${"[".repeat(20_000)}${"]".repeat(20_000)}`);
    const requests: (() => Promise<number>)[] = bodies.map((body, n) => async () => {
      const topic = topics[n % topics.length] ?? "x";
      const query = n % 7 === 0 ? "?metadata.rawPayload=true" : "";
      return (await publish(port, topic, body, n % 5 === 0 ? {} : cloudEvent, query)).status;
    });
    for (const name of METADATA.split(" ")) {
      for (const odd of ODD.filter((one) => typeof one === "string" && one.length < 100).concat(
        "1e99",
        "9".repeat(30),
      )) {
        const query = `?metadata.${encodeURIComponent(name)}=${encodeURIComponent(String(odd).toWellFormed())}`;
        requests.push(async () => (await publish(port, "x", {}, {}, query)).status);
      }
    }
    const found = new Set<number>();
    for (const request of requests) found.add(await request());
    t.notOk(found.has(0));
    await opened.until(() =>
      statuses(opened.journal.events({ limit: 10_000 })).every(
        (each) => !/pending|delivering|retrying/.test(each),
      ),
    );
    await isWell(t, app, port, opened);
  },
);

t.test("a traceparent of no W3C form is not sent; the one that says there is no trace is", async (t) => {
  const { app, port, opened } = await open(t, [subscription("x")]);
  const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { "content-type": "application/cloudevents+json" };
  for (const traceparent of ["bad\nvalue", "abc", good])
    t.equal(
      (await publish(port, "x", { ...EVENT, id: traceparent, traceid: "t", traceparent }, headers)).status,
      204,
    );
  await opened.until(() => app.received.length === 3);
  const none = `00-${"0".repeat(32)}-${"0".repeat(16)}-00`;
  const sent = app.received.map((one) => String(one.headers["traceparent"]));
  t.same(sent, [none, none, good]);
});

t.test("no answer of an app that is invoked ends the sidecars", async (t) => {
  const { app, port, opened } = await open(t, [subscription("x")]);
  const answers = [
    "HTTP/1.1 099 Odd\r\n\r\n",
    "HTTP/1.1 000 Odd\r\n\r\n",
    "HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\nok",
    "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntrailer: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\na: b\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
    "HTTP/1.1 204 No\r\ncontent-length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nx-odd: \xff\xfe\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nx-odd: \u0001\r\n\r\nok",
    "nonsense\r\n\r\n",
    "",
  ];
  let answer = "";
  const raw = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(Buffer.from(answer, "latin1")));
  }).listen(0, "127.0.0.1");
  await once(raw, "listening");
  t.teardown(() => raw.close());
  const address = raw.address();
  const appPort = typeof address === "object" && address !== null ? address.port : 0;
  await opened.host.start(spec("raw", appPort));
  for (answer of answers)
    await call(port, "/v1.0/invoke/raw/method/x", { method: "POST", body: "x" }).catch(() => null);
  await isWell(t, app, port, opened);
});

t.test(
  "no list of subscriptions ends the sidecars, now or at the next start",
  { timeout: 60_000 },
  async (t) => {
    const deep = `${"(".repeat(20_000)}true${")".repeat(20_000)}`;
    const lists: readonly unknown[] = [
      [subscription("x", { routes: { rules: [{ match: deep, path: "/deep" }], default: "/x" } })],
      [subscription("\ud83d\0"), subscription("x", { deadLetterTopic: "\0\ud83d" })],
      [subscription("x", { metadata: { rawPayload: {}, ["__proto__"]: 1, a: null } })],
      [
        null,
        1,
        "x",
        [],
        { pubsubname: {}, topic: [] },
        { pubsubname: "agents-pubsub", topic: "y", routes: [] },
      ],
      "[".repeat(20_000),
      "{}",
      "",
    ];
    for (const subscribe of lists) {
      const stateDir = join(t.testdir(), "state");
      const app = await startApp(t, { subscribe });
      for (const round of ["first", "next"]) {
        const opened = await openHost(t, stateDir);
        const { httpPort } = await opened.host.start(spec("a", app.port));
        opened.host.appReady("a");
        await opened.until(() => opened.events.some(({ type }) => type === "subscribed" || type === "log"));
        t.equal((await publish(httpPort, "x", {})).status, 204, round);
        t.notOk(opened.events.some(({ type }) => type === "failed"));
        await opened.close();
      }
    }
  },
);

t.test(
  "a journal that another program holds for a while delays deliveries, and no more",
  { timeout: 60_000 },
  async (t) => {
    const { app, port, opened, stateDir } = await open(t, [subscription("x")], (_one, { received }) =>
      received.length < 3 ? 500 : 200,
    );
    const other = new DatabaseSync(eventsFile(stateDir), { timeout: 5000 });
    t.equal((await publish(port, "x", { n: 1 })).status, 204);
    await opened.until(() => app.received.length === 1);
    other.exec("BEGIN IMMEDIATE");
    t.equal((await publish(port, "x", { n: 2 })).status, 500);
    await t.rejects(
      opened.host.publish({
        pubsub: "agents-pubsub",
        topic: "x",
        body: "{}",
        contentType: "application/json",
        raw: true,
      }),
      { code: "AGENTS_STATE_BROKEN", message: /database is locked/ },
    );
    other.exec("COMMIT");
    other.close();
    await isWell(t, app, port, opened);
  },
);

async function open(
  t: Owner & { testdir(): string },
  subscribe: unknown,
  reply: (one: unknown, app: App) => number = () => 200,
): Promise<{
  readonly app: App;
  readonly port: number;
  readonly opened: OpenHost;
  readonly stateDir: string;
}> {
  const stateDir = join(t.testdir(), "state");
  const app = await startApp(t, { subscribe, reply });
  const opened = await openHost(t, stateDir);
  const { httpPort } = await opened.host.start(spec("a", app.port));
  await opened.ready("a");
  return { app, port: httpPort, opened, stateDir };
}

async function isWell(
  t: { equal(found: unknown, wanted: unknown): boolean; same(found: unknown, wanted: unknown): boolean },
  app: App,
  port: number,
  { events, until }: OpenHost,
): Promise<void> {
  t.equal((await publish(port, "x", { last: "one" })).status, 204);
  await until(() => app.received.some(({ text }) => text.includes('"last":"one"')));
  t.same(
    events.filter(({ type }) => type === "failed"),
    [],
  );
}
