import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { RedisConnection } from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { SKIP, startRedis } from "../daprd/kit.ts";
import { ask, post, type ApiCase } from "./api-case.ts";
import { STATE_CASES } from "./api-state-cases.ts";
import { daprdFiles, startDaprd, yaml } from "./daprd.ts";
import { type Answer, call, openHost, spec, startApp } from "./kit.ts";

/* The same requests to the embedded sidecar and to a real daprd, each on a database of one Redis: answers and keys are the same. */

const save = (items: string): ReturnType<typeof post> => post("/v1.0/state/redis", items);
const get = (key: string): Pick<ApiCase, "path"> => ({ path: `/v1.0/state/redis/${key}` });
const transaction = (operations: string): ReturnType<typeof post> =>
  post("/v1.0/state/redis/transaction", operations);
const first = '"options":{"concurrency":"first-write"}';
const last = '"options":{"concurrency":"last-write"}';

/** What only this store does its own way, after what is asked of every store. */
const REDIS_CASES: readonly (readonly [string, Omit<ApiCase, "name" | "status">])[] = [
  ["an etag that is no number", save('[{"key":"tag","value":1,"etag":"x"}]')],
  ["an etag for a missing key is no mismatch", save('[{"key":"tag","value":1,"etag":"7"}]')],
  ["the version counts", get("tag")],
  ["a wrong etag", save('[{"key":"tag","value":2,"etag":"7"}]')],
  ["last-write takes no notice of it", save(`[{"key":"tag","value":3,"etag":"7",${last}}]`)],
  ["the right etag", save('[{"key":"tag","value":4,"etag":"2"}]')],
  ["its version now", get("tag")],
  ["first-write of what last-write wrote", save(`[{"key":"tag","value":5,${first}}]`)],
  ["first-write once more", save(`[{"key":"tag","value":6,${first}}]`)],
  ["last-write after first-write", save('[{"key":"tag","value":7}]')],
  ["delete with a wrong etag", { ...get("tag"), method: "DELETE", headers: { "if-match": "1" } }],
  ["delete", { ...get("tag"), method: "DELETE" }],
  ["delete a missing key with an etag", { ...get("tag"), method: "DELETE", headers: { "if-match": "1" } }],
  ["a time to live", save('[{"key":"ttl","value":1,"metadata":{"ttlInSeconds":"1000"}}]')],
  ["no time to live is said", get("ttl")],
  ["a time to live of 0 keeps it", save('[{"key":"ttl","value":2,"metadata":{"ttlInSeconds":"0"}}]')],
  ["no time to live leaves it as it is", save('[{"key":"ttl","value":3}]')],
  ["a bad time to live", save('[{"key":"ttl","value":4,"metadata":{"ttlInSeconds":"abc"}}]')],
  [
    "one of two fails",
    save(
      '[{"key":"pair1","value":1,"etag":"x"},{"key":"pair2","value":2,"metadata":{"ttlInSeconds":"500"}}]',
    ),
  ],
  ["the other is saved", get("pair2")],
  [
    "a transaction in part",
    transaction(
      '{"operations":[{"operation":"upsert","request":{"key":"t1","value":{"deep":[1,2]}}},{"operation":"upsert","request":{"key":"pair2","value":9,"etag":"5"}},{"operation":"delete","request":{"key":"ttl"}}]}',
    ),
  ],
  ["what succeeded in it stays", get("t1")],
  ["what failed in it is as it was", get("pair2")],
  [
    "a transaction with a time to live",
    transaction(
      '{"operations":[{"operation":"upsert","request":{"key":"t2","value":1,"metadata":{"ttlInSeconds":"700"}}},{"operation":"delete","request":{"key":"none"}}]}',
    ),
  ],
  ["bulk", post("/v1.0/state/redis/bulk", '{"keys":["t1","none","plain","broken"]}')],
  ["a plain value", get("plain")],
  ["a hash of somebody else's", get("broken")],
  ["a list of somebody else's", get("list")],
  ["a query", post("/v1.0-alpha1/state/redis/query", '{"filter":{}}')],
];

/** All keys of the database that is selected, with what is in them. */
async function dump(redis: RedisConnection, database: string): Promise<Record<string, unknown>> {
  await redis.send("SELECT", database);
  const keys = await redis.send("KEYS", "app||*");
  const found: Record<string, unknown> = {};
  for (const key of Array.isArray(keys) ? keys.map(String).toSorted() : []) {
    const type = await redis.send("TYPE", key);
    const lives = Number(await redis.send("TTL", key)) > 0;
    found[key] = { lives, value: type === "hash" ? await hash(redis, key) : type };
  }
  return found;
}

/** Its fields; the value parsed, as daprd rounds the numbers in it and writes its members in any order. */
async function hash(redis: RedisConnection, key: string): Promise<unknown> {
  const fields = await redis.send("HGETALL", key);
  return Array.isArray(fields)
    ? fields.map((one, at): unknown => (fields[at - 1] === "data" ? JSON.parse(String(one)) : one))
    : null;
}

t.test("state.redis is daprd's: the same answers, the same keys", { skip: SKIP }, async (t) => {
  const dir = t.testdir({
    "secrets.json": "{}",
    "config.yaml": daprdFiles()["config.yaml"],
    ours: {},
    components: {},
  });
  const redis = await startRedis(t, dir, { password: "p@ss word" });
  const metadata = (database: string): Record<string, string> => ({
    redisHost: `127.0.0.1:${redis.port}`,
    redisPassword: "p@ss word",
    redisDB: database,
  });
  mkdirSync(join(dir, "ours", "resources"));
  writeFileSync(join(dir, "ours", "resources", "a.yaml"), yaml("redis", "state.redis", metadata("0")));
  writeFileSync(join(dir, "components", "a.yaml"), yaml("redis", "state.redis", metadata("1")));
  for (const database of ["0", "1"]) {
    await redis.connection.send("SELECT", database);
    await redis.connection.send("SET", "app||plain", '"by hand"');
    await redis.connection.send("HSET", "app||broken", "data", "1");
    await redis.connection.send("RPUSH", "app||list", "1");
  }
  const app = await startApp(t);
  const { host } = await openHost(t, join(dir, "ours", ".agents"), {
    components: [],
    resources: [join(dir, "ours", "resources")],
  });
  const { httpPort } = await host.start(spec("app", app.port));
  host.appReady("app");
  const theirs = await startDaprd(t, { dir, appPort: app.port });
  const general = STATE_CASES.map((one) => ({
    ...one,
    path: one.path.replace("agents-statestore", "redis"),
  }));
  const own = REDIS_CASES.map(([name, one]): ApiCase => ({ status: 0, ...one, name }));
  for (const one of [...general, ...own]) {
    const [ours, real] = [await ask(httpPort, one), await ask(theirs, one)];
    const asks = one.ownWords === true;
    t.same(shape(ours, asks), shape(real, asks), `${one.name} (daprd: ${real.status} ${real.text})`);
  }
  t.same(await dump(redis.connection, "0"), await dump(redis.connection, "1"), "the same keys");
  const lists = await Promise.all(
    [httpPort, theirs].map(async (port) => {
      const { json } = await call(port, "/v1.0/metadata");
      return (json as { components: unknown }).components;
    }),
  );
  // Only daprd has actors.
  t.same(lists[0], JSON.parse(JSON.stringify(lists[1]).replace(',"ACTOR"', "")));

  await call(httpPort, "/v1.0/state/redis", {
    method: "POST",
    body: '[{"key":"large","value":9007199254740993}]',
  });
  t.equal((await call(httpPort, "/v1.0/state/redis/large")).text, "9007199254740993");

  await redis.kill();
  const away = await call(httpPort, "/v1.0/state/redis/large");
  t.match(away, { status: 500, json: { errorCode: "ERR_STATE_GET" } }, "at once, while it is away");
  const again = await startRedis(t, dir, { password: "p@ss word", port: redis.port });
  t.ok(again.connection);
  let back = away;
  while (back.status !== 200) back = await call(httpPort, "/v1.0/state/redis/large");
  t.equal(back.text, "9007199254740993", "what was saved is there");
});

function shape({ status, headers, text, json }: Answer, ownWords: boolean): unknown {
  const { etag, "content-type": type, "metadata.ttlexpiretime": expires } = headers;
  if (status < 400) return { status, etag, type, expires, json: text === "" ? "" : JSON.parse(text) };
  const { errorCode, message } = json as { errorCode?: string; message?: string };
  return { status, errorCode, message: ownWords ? "" : words(message ?? "") };
}

/** What Redis says of a script differs in its name and place alone. */
function words(message: string): string {
  return message
    .replaceAll(/(?:ERR )?(?:user_script:\d+: )?/gu, "")
    .replaceAll(/ script: [\da-f]+, on @user_script:\d+\./gu, "");
}
