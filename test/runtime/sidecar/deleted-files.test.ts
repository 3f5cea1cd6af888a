import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import t from "tap";
import {
  type Answer,
  call,
  component,
  freePort,
  openHost,
  PUBSUB,
  publish,
  spec,
  startApp,
  STATE,
  statuses,
  subscription,
} from "./kit.ts";

const STORE = "/v1.0/state/agents-statestore";
const post = (port: number, path: string, body: unknown): Promise<Answer> =>
  call(port, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

t.test("once the state folder is deleted nothing is accepted any more, in Dapr's own words", async (t) => {
  const stateDir = join(t.testdir(), "state");
  const app = await startApp(t, { subscribe: [subscription("x")] });
  const { host, events, journal, until, ready } = await openHost(t, stateDir);
  const { httpPort } = await host.start(spec("a", app.port));
  await ready("a");
  t.equal((await publish(httpPort, "x", { n: 1 })).status, 204);
  t.equal((await post(httpPort, STORE, [{ key: "k", value: 1 }])).status, 204);
  await until(() => statuses(journal.events({}))[0] === "a:success:1");

  rmSync(stateDir, { recursive: true });
  const refused: readonly (readonly [what: string, answer: Answer, code: string])[] = [
    ["publish", await publish(httpPort, "x", { n: 2 }), "ERR_PUBSUB_PUBLISH_MESSAGE"],
    ["save", await post(httpPort, STORE, [{ key: "k", value: 2 }]), "ERR_STATE_SAVE"],
    ["delete", await call(httpPort, `${STORE}/k`, { method: "DELETE" }), "ERR_STATE_DELETE"],
    [
      "transaction",
      await post(httpPort, `${STORE}/transaction`, {
        operations: [{ operation: "upsert", request: { key: "k", value: 2 } }],
      }),
      "ERR_STATE_TRANSACTION",
    ],
    ["get", await call(httpPort, `${STORE}/k`), "ERR_STATE_GET"],
    ["bulk get", await post(httpPort, `${STORE}/bulk`, { keys: ["k"] }), "ERR_STATE_BULK_GET"],
    ["health", await call(httpPort, "/v1.0/healthz"), "ERR_HEALTH_NOT_READY"],
    ["outbound health", await call(httpPort, "/v1.0/healthz/outbound"), "ERR_OUTBOUND_HEALTH_NOT_READY"],
  ];
  // A bulk tells of each of its entries.
  const bulk = await post(httpPort, "/v1.0/publish/bulk/agents-pubsub/x", [
    { entryId: "1", event: "x", contentType: "text/plain" },
  ]);
  t.match(bulk, {
    status: 500,
    json: {
      errorCode: "ERR_PUBSUB_PUBLISH_MESSAGE",
      failedEntries: [{ entryId: "1", error: /was deleted/ }],
    },
  });
  for (const [what, { status, json }, errorCode] of refused) {
    t.match({ status, json }, { status: 500, json: { errorCode, message: /was deleted/ } }, what);
  }
  t.equal(app.received.length, 1, "what was refused is not delivered either");
  const said = events.flatMap((event) => (event.type === "lost" ? [event.reason] : []));
  t.same(said.length, 2, "said once for the bus, once for the store");
  t.match(said[0], /events\.db was deleted/);
  t.notOk(existsSync(stateDir), "nothing is made anew behind the user's back");
});

t.test("a file that is replaced or moved, or whose log is deleted, is not written into either", async (t) => {
  const ways: readonly ((file: string) => void)[] = [
    (file) => renameSync(file, `${file}.aside`),
    (file) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
    (file) => rmSync(`${file}-wal`),
  ];
  for (const way of ways) {
    const stateDir = t.testdir();
    const { host, close } = await openHost(t, stateDir);
    const { httpPort } = await host.start(spec("a", await freePort()));
    t.equal((await publish(httpPort, "x", {})).status, 204);
    way(join(stateDir, "events.db"));
    t.equal((await publish(httpPort, "x", {})).status, 500, String(way));
    await close();
  }
});

t.test("no event is accepted by a request that came after the folder was deleted", async (t) => {
  const stateDir = join(t.testdir(), "state");
  const { host } = await openHost(t, stateDir);
  const { httpPort } = await host.start(spec("a", await freePort()));
  let isDeleted = false;
  let accepted = 0;
  const late: number[] = [];
  const publisher = async (): Promise<void> => {
    while (late.length < 100) {
      const isLate = isDeleted;
      const { status } = await publish(httpPort, "x", {});
      if (isLate) late.push(status);
      else accepted += 1;
      if (accepted === 200 && !isDeleted) {
        rmSync(stateDir, { recursive: true });
        isDeleted = true;
      }
    }
  };
  await Promise.all([publisher(), publisher(), publisher(), publisher()]);
  t.same([...new Set(late)], [500]);
});

t.test("a store whose file is deleted is told without being asked, and the bus goes on", async (t) => {
  const stateDir = t.testdir();
  const volatile = component("statestore", "volatile", {}, "state.in-memory");
  const { host, events, until } = await openHost(t, stateDir, { components: [PUBSUB, STATE, volatile] });
  const { httpPort } = await host.start(spec("a", await freePort()));
  rmSync(join(stateDir, "state"), { recursive: true });
  await until(() =>
    events.some((event) => event.type === "lost" && /agents-statestore\.db was deleted/.test(event.reason)),
  );
  t.equal((await post(httpPort, STORE, [{ key: "k", value: 1 }])).status, 500);
  t.equal((await publish(httpPort, "x", {})).status, 204);
  t.equal((await post(httpPort, "/v1.0/state/volatile", [{ key: "k", value: 1 }])).status, 204);
});

t.test("a host whose folder was deleted leaves the next one on the same path alone", async (t) => {
  const stateDir = join(t.testdir(), "state");
  const first = await openHost(t, stateDir);
  await first.host.start(spec("a", await freePort()));
  rmSync(stateDir, { recursive: true });
  const second = await openHost(t, stateDir);
  const { httpPort } = await second.host.start(spec("a", await freePort()));
  t.equal((await publish(httpPort, "x", { n: 1 })).status, 204);
  const before = readdirSync(stateDir).toSorted();
  await first.close();
  t.same(readdirSync(stateDir).toSorted(), before);
  t.equal((await publish(httpPort, "x", { n: 2 })).status, 204);
  t.equal(second.journal.events({}).length, 2);
});

t.test("a file of the same name that is only there for a look does not end the bus", async (t) => {
  const stateDir = t.testdir();
  const { host, events } = await openHost(t, stateDir);
  const { httpPort } = await host.start(spec("a", await freePort()));
  const file = join(stateDir, "events.db");
  copyFileSync(file, `${file}.copy`);
  renameSync(file, `${file}.aside`);
  renameSync(`${file}.copy`, file);
  const meanwhile = await publish(httpPort, "x", {});
  renameSync(`${file}.aside`, file);
  // The look of the timer may have come between: then it was twice.
  t.ok(meanwhile.status === 500);
  const { status } = await publish(httpPort, "x", {});
  t.equal(status, events.some(({ type }) => type === "lost") ? 500 : 204);
});

t.test("a host closes in time while another program holds its files, and its port is free", async (t) => {
  const stateDir = t.testdir();
  const { host, close } = await openHost(t, stateDir);
  const { httpPort } = await host.start(spec("a", await freePort()));
  t.equal((await publish(httpPort, "x", {})).status, 204);
  t.equal((await post(httpPort, STORE, [{ key: "k", value: 1 }])).status, 204);
  const others = ["events.db", "state/agents-statestore.db"].map(
    (name) => new DatabaseSync(join(stateDir, name), { timeout: 5000 }),
  );
  for (const other of others) other.exec("BEGIN IMMEDIATE");
  const started = performance.now();
  await close();
  const tookMs = performance.now() - started;
  for (const other of others) other.close();
  t.ok(tookMs < 1500, `took ${tookMs} ms`);
  const next = await openHost(t, stateDir);
  t.equal(
    (await next.host.start(spec("a", await freePort(), { httpPort, mayMove: false }))).httpPort,
    httpPort,
  );
});
