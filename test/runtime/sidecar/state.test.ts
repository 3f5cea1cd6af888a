import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import t from "tap";
import { until } from "../../helpers/system.ts";
import { type Answer, PUBSUB, STATE, call, component, openHost, spec } from "./kit.ts";

const save = (port: number, items: string, store = "agents-statestore"): Promise<Answer> =>
  call(port, `/v1.0/state/${store}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: items,
  });
const get = (port: number, key: string, store = "agents-statestore"): Promise<Answer> =>
  call(port, `/v1.0/state/${store}/${key}`);

t.test("values come back as the text that was saved", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  const values = [
    '{"b":12345678901234567890,"a":1.10}',
    "0.1000000000000000055511151231257827",
    '"text"',
    "null",
    "[]",
    '"é\\u0000😀<&>"',
    "true",
    '""',
  ];
  for (const value of values) {
    t.equal((await save(httpPort, `[{"value": ${value} , "key":"k"}]`)).status, 204);
    t.equal((await get(httpPort, "k")).text, value);
  }
});

t.test("an etag lets one of many writers win", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  await save(httpPort, '[{"key":"n","value":0}]');
  const { etag = "" } = (await get(httpPort, "n")).headers;
  t.match(etag, /^[0-9a-f-]{36}$/);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => save(httpPort, `[{"key":"n","value":${n + 1},"etag":"${etag}"}]`)),
  );
  t.equal(answers.filter((answer) => answer.status === 204).length, 1);
  t.equal(answers.filter((answer) => answer.status === 409).length, 19);
  t.equal(
    (
      await call(httpPort, "/v1.0/state/agents-statestore/n", {
        method: "DELETE",
        headers: { "if-match": etag },
      })
    ).status,
    409,
  );
  const fresh = (await get(httpPort, "n")).headers.etag ?? "";
  t.equal(
    (
      await call(httpPort, "/v1.0/state/agents-statestore/n", {
        method: "DELETE",
        headers: { "if-match": fresh },
      })
    ).status,
    204,
  );
  t.equal((await get(httpPort, "n")).status, 204);
});

t.test("first-write of one new key by many is won by one", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  const body = '[{"key":"k","value":1,"options":{"concurrency":"first-write"}}]';
  const answers = await Promise.all(Array.from({ length: 10 }, () => save(httpPort, body)));
  t.same(
    answers.map((answer) => answer.status).toSorted((one, other) => one - other),
    [204, ...Array.from({ length: 9 }, () => 409)],
  );
});

t.test("a failed request in the same turn does not take the others with it", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      save(
        httpPort,
        n % 2 === 0 ? `[{"key":"k${n}","value":${n}}]` : `[{"key":"k${n}","value":1,"etag":"nope"}]`,
      ),
    ),
  );
  t.same(
    answers.map((answer) => answer.status),
    Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 204 : 409)),
  );
  for (let n = 0; n < 40; n += 1) t.equal((await get(httpPort, `k${n}`)).text, n % 2 === 0 ? String(n) : "");
});

t.test("a value with a time to live goes after it, and tells when", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const { httpPort } = await host.start(spec("a", 1));
  await save(
    httpPort,
    '[{"key":"short","value":1,"metadata":{"ttlInSeconds":"1"}},{"key":"long","value":2,"metadata":{"ttlInSeconds":"100"}},{"key":"none","value":3,"metadata":{"ttlInSeconds":"-1"}}]',
  );
  const long = await get(httpPort, "long");
  t.match(long.headers["metadata.ttlexpiretime"], /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  t.equal((await get(httpPort, "none")).headers["metadata.ttlexpiretime"], undefined);
  await until("it has expired", async () => (await get(httpPort, "short")).status === 204);
  t.equal((await get(httpPort, "long")).text, "2");
  t.equal(
    (await save(httpPort, '[{"key":"short","value":2,"options":{"concurrency":"first-write"}}]')).status,
    204,
    "an expired key is free",
  );
});

t.test("keys are prefixed as the component says, in the table layout of Dapr's own store", async (t) => {
  const stateDir = t.testdir();
  const stores = [
    component("statestore", "byname", { keyPrefix: "name" }),
    component("statestore", "bare", { keyPrefix: "none" }),
    component("statestore", "own", { keyPrefix: "Shared" }),
  ];
  const { host, close } = await openHost(t, stateDir, { components: [PUBSUB, STATE, ...stores] });
  const { httpPort } = await host.start(spec("a", 1));
  for (const store of ["agents-statestore", "byname", "bare", "own"])
    await save(httpPort, '[{"key":"k","value":{"v":1}}]', store);
  await close();
  const row = (store: string): unknown => {
    const db = new DatabaseSync(join(stateDir, "state", `${store}.db`), { readOnly: true });
    const found = db.prepare("SELECT key, value, is_binary FROM state").get();
    db.close();
    return { ...found };
  };
  t.same(row("agents-statestore"), { key: "a||k", value: '{"v":1}', is_binary: 0 });
  t.match(row("byname"), { key: "byname||k" });
  t.match(row("bare"), { key: "k" });
  t.match(row("own"), { key: "shared||k" });
});

t.test("an app sees only its own keys", async (t) => {
  const { host } = await openHost(t, t.testdir());
  const [a, b] = [await host.start(spec("a", 1)), await host.start(spec("b", 1))];
  await save(a.httpPort, '[{"key":"k","value":"of a"}]');
  t.equal((await get(b.httpPort, "k")).status, 204);
  t.equal((await get(a.httpPort, "k")).text, '"of a"');
});
