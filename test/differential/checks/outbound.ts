import { setTimeout as sleep } from "node:timers/promises";
import {
  connectRedis,
  type RedisConnection,
} from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { pick } from "../../helpers/system.ts";
import type { CallOptions } from "../../runtime/sidecar/kit.ts";
import type { Question, Side, World } from "../check.ts";
import { answerShape } from "../mask.ts";
import { component, resource } from "../yaml.ts";
import { JSON_TYPE, publishTo } from "./publish.ts";

const AT_REDIS = { redisHost: "{redis}", redisDB: "{database}" };

/** A Redis that takes its time, and topics that cannot be written to. */
export const OUTBOUND: World = {
  name: "outbound",
  needsRedis: true,
  resources: {
    "state.yaml": component("slow", "state.redis", AT_REDIS),
    "pubsub.yaml": component("agents-pubsub", "pubsub.redis", AT_REDIS),
    "file.yaml": component("file", "secretstores.local.file", { secretsFile: "secrets.json" }),
    "resiliency.yaml": resource("Resiliency", "outbound", {
      policies: {
        timeouts: { short: "250ms" },
        retries: { one: { policy: "constant", duration: "20ms", maxRetries: 1 } },
        circuitBreakers: { four: { maxRequests: 1, timeout: "60s", trip: "consecutiveFailures >= 4" } },
      },
      targets: {
        components: {
          slow: { outbound: { timeout: "short" } },
          file: { outbound: { retry: "one", circuitBreaker: "four" } },
        },
      },
    }),
  },
};

const POST = { method: "POST", headers: { "content-type": JSON_TYPE } } as const;

const question = (name: string, ask: Question["ask"]): Question => ({
  at: "question",
  name: `outbound: ${name}`,
  world: "outbound",
  ask,
});

/** While nothing is written and read in its Redis. */
const slow = (name: string, path: string, options: CallOptions = {}): Question =>
  question(name, async (side) => {
    await withRedis(side, async (redis) => void (await redis.send("CLIENT", "PAUSE", "800")));
    const answer = answerShape(await side.call(path, options), true);
    await sleep(900); // until it goes on
    return answer;
  });

const asked = (name: string, path: string, options: CallOptions = {}): Question =>
  question(name, async (side) => answerShape(await side.call(path, options)));

/** A key that holds no stream: what is published there fails. */
const NO_STREAM = "app%7C%7Ckey";
const entry = (entryId: string, event: unknown): unknown => ({ entryId, event, contentType: JSON_TYPE });

export const OUTBOUND_QUESTIONS: readonly Question[] = [
  asked("save", "/v1.0/state/slow", { ...POST, body: '[{"key":"key","value":1}]' }),
  slow("a get that takes too long", "/v1.0/state/slow/key"),
  slow("a save that takes too long", "/v1.0/state/slow", { ...POST, body: '[{"key":"other","value":2}]' }),
  slow("a bulk get that takes too long", "/v1.0/state/slow/bulk", { ...POST, body: '{"keys":["key"]}' }),
  slow("a delete that takes too long", "/v1.0/state/slow/nothing", { method: "DELETE" }),
  asked("get", "/v1.0/state/slow/key"),
  question("a bulk that fails at the broker", async (side) => {
    const answer = await side.call(`/v1.0/publish/bulk/agents-pubsub/${NO_STREAM}`, {
      ...POST,
      body: JSON.stringify([entry("one", { n: 1 }), entry("two", { n: 2 })]),
    });
    const failed: readonly unknown[] = Array.isArray(answer.json["failedEntries"])
      ? answer.json["failedEntries"]
      : [];
    const ids = failed
      .map((one) => `${String(pick(one, "entryId"))}: ${typeof pick(one, "error")}`)
      .toSorted();
    return {
      status: answer.status,
      code: answer.json["errorCode"],
      ids,
      keys: Object.keys(answer.json).toSorted(),
    };
  }),
  question("an event that fails at the broker", async (side) =>
    answerShape(await side.call(`/v1.0/publish/agents-pubsub/${NO_STREAM}`, { ...POST, body: "{}" }), true),
  ),
  asked("a secret", "/v1.0/secrets/file/plain"),
  ...["once", "twice", "too often"].map((often) =>
    asked(`a secret that is not there, ${often}`, "/v1.0/secrets/file/nothing"),
  ),
  asked("a secret, too often", "/v1.0/secrets/file/plain"),
  asked("all secrets, too often", "/v1.0/secrets/file/bulk"),
];

/** Names that are filled in, in a namespace. */
export const NAMED: World = {
  name: "named",
  needsRedis: true,
  env: { NAMESPACE: "ns1" },
  resources: {
    "one.yaml": component("by-app", "pubsub.redis", { ...AT_REDIS, consumerID: "group-of-{appID}" }),
    "two.yaml": component("by-namespace", "pubsub.redis", { ...AT_REDIS, consumerID: "{namespace}" }),
    "three.yaml": component("by-uuid", "pubsub.redis", { ...AT_REDIS, consumerID: "x-{uuid}" }),
    "state.yaml": component("by-namespace-state", "state.redis", { ...AT_REDIS, keyPrefix: "namespace" }),
    "template.yaml": component("by-template-state", "state.redis", { ...AT_REDIS, keyPrefix: "{namespace}" }),
  },
};

export const NAMED_QUESTIONS: readonly Question[] = [
  {
    at: "question",
    name: "named: streams, groups and keys",
    world: "named",
    differs: "topics stay as apps name them, the namespace of a consumerID is only the group's",
    ask: async (side) => {
      for (const name of ["by-app", "by-namespace", "by-uuid"])
        await publishTo(side, "things", { type: JSON_TYPE, body: "{}" }, name);
      for (const name of ["by-namespace-state", "by-template-state"])
        await side.call(`/v1.0/state/${name}`, { ...POST, body: '[{"key":"k","value":1}]' });
      return await withRedis(side, async (redis) => {
        const keys = listOf(await redis.send("KEYS", "*"));
        const found: unknown[] = [];
        for (const key of keys.map(String).toSorted()) {
          const type = String(await redis.send("TYPE", key));
          found.push([key, type, type === "stream" ? await groupsOf(redis, key) : null]);
        }
        return found;
      });
    },
  },
];

async function groupsOf(redis: RedisConnection, stream: string): Promise<readonly string[]> {
  const groups = listOf(await redis.send("XINFO", "GROUPS", stream));
  const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/u;
  return groups.map((group) => String(listOf(group)[1]).replace(uuid, "<uuid>")).toSorted();
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

async function withRedis<T>({ redis }: Side, work: (redis: RedisConnection) => Promise<T>): Promise<T> {
  await using connection = await connectRedis(`redis://${redis?.address ?? ""}/${redis?.database ?? ""}`);
  return await work(connection);
}
