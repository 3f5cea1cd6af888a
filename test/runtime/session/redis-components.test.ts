import t from "tap";
import { redisComponents } from "../../../src/runtime/session/redis-components.ts";

const bus = { name: "bus", kind: "pubsub", resource: "cache", type: null, metadata: {} } as const;

t.test("what a real Redis backs is on it", (t) => {
  const store = { ...bus, name: "store", kind: "statestore", metadata: { keyPrefix: "none" } } as const;
  const redis = new Map([["cache", "rediss://me:s%40cret@10.0.0.1/3"]]);
  t.same(redisComponents([bus, store], redis), [
    {
      ...bus,
      type: "pubsub.redis",
      metadata: {
        redisHost: "10.0.0.1:6379",
        redisUsername: "me",
        redisPassword: "s@cret",
        redisDB: "3",
        enableTLS: "true",
      },
    },
    {
      ...store,
      type: "state.redis",
      metadata: {
        redisHost: "10.0.0.1:6379",
        redisUsername: "me",
        redisPassword: "s@cret",
        redisDB: "3",
        enableTLS: "true",
        keyPrefix: "none",
      },
    },
  ]);
  t.end();
});

t.test("what is on no real Redis, or of a type of its own, stays as it is", (t) => {
  const own = { ...bus, type: "pubsub.in-memory" } as const;
  const other = { ...bus, resource: "other" } as const;
  const secrets = { ...bus, kind: "secretstore", resource: null, type: "secretstores.local.env" } as const;
  const all = [own, other, secrets];
  t.same(redisComponents(all, new Map([["cache", "redis://127.0.0.1:7000"]])), all);
  t.same(redisComponents([bus], new Map()), [bus]);
  const [plain] = redisComponents([bus], new Map([["cache", "redis://127.0.0.1:7000"]]));
  t.same(plain?.metadata, { redisHost: "127.0.0.1:7000" });
  t.end();
});
