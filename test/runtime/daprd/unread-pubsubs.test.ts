import t from "tap";
import type { ResolvedComponent } from "../../../src/runtime/model/resolved.ts";
import { redisAddress } from "../../../src/runtime/resources/sidecar/daprd/yaml/components.ts";
import type { UserResource } from "../../../src/runtime/resources/sidecar/yaml/user-resources.ts";
import { unreadPubsubs } from "../../../src/runtime/session/unread-pubsubs.ts";

const bus: ResolvedComponent = { kind: "pubsub", name: "bus", resource: "redis", type: null, metadata: {} };
const store: ResolvedComponent = { ...bus, kind: "statestore", name: "store" };
const apart: ResolvedComponent = { ...bus, name: "apart", resource: null };
const redis = new Map([["redis", redisAddress("redis://:secret@127.0.0.1:6379/2", "PASSWORD").address]]);

const file = (
  name: string,
  type: string,
  metadata: Readonly<Record<string, unknown>> = {},
  scopes: readonly string[] = [],
): UserResource => ({
  file: `/app/resources/${name}.yaml`,
  apiVersion: "dapr.io/v1alpha1",
  kind: "Component",
  name,
  scopes,
  secretStore: null,
  spec: { type, metadata: Object.entries(metadata).map(([key, value]) => ({ name: key, value })) },
});

const why = (...resources: readonly UserResource[]): string | null =>
  unreadPubsubs({
    components: [bus, store, apart],
    user: { folder: "/app/resources", resources, warnings: [] },
    agents: ["one", "two"],
    redis,
    root: "/app",
  })
    .map(({ pubsub, why: text }) => `${pubsub}: ${text}`)
    .join("; ") || null;

const OURS = { redisHost: "localhost:6379", redisDB: "2" };

for (const [name, resources, expected] of [
  ["no file", [], null],
  ["the same Redis", [file("bus", "pubsub.redis", OURS)], null],
  [
    "the same Redis, host and port apart",
    [file("bus", "pubsub.redis", { REDISHOST: "127.0.0.1", redisPort: 6379, redisDB: 2 })],
    null,
  ],
  [
    "the consumer that it has anyway",
    [file("bus", "pubsub.redis", { ...OURS, consumerID: "{appID}" })],
    null,
  ],
  ["a file for nobody of this run", [file("bus", "pubsub.in-memory", {}, ["three"])], null],
  ["a state store", [file("store", "state.in-memory")], null],
  ["one that was never in the run's Redis", [file("apart", "pubsub.in-memory")], null],
  ["another type", [file("bus", "pubsub.in-memory")], "bus: resources/bus.yaml makes it a pubsub.in-memory"],
  [
    "for one agent",
    [file("bus", "pubsub.kafka", {}, ["two"])],
    "bus: resources/bus.yaml makes it a pubsub.kafka",
  ],
  [
    "another host",
    [file("bus", "pubsub.redis", { ...OURS, redisHost: "elsewhere:6379" })],
    "bus: resources/bus.yaml makes it a pubsub.redis at elsewhere:6379",
  ],
  [
    "another port",
    [file("bus", "pubsub.redis", { ...OURS, redisHost: "localhost:6380" })],
    "bus: resources/bus.yaml makes it a pubsub.redis at localhost:6380",
  ],
  [
    "another database",
    [file("bus", "pubsub.redis", { redisHost: "localhost:6379" })],
    "bus: resources/bus.yaml makes it a pubsub.redis at localhost:6379",
  ],
  [
    "a host that is a reference",
    [file("bus", "pubsub.redis", { redisHost: undefined })],
    "bus: resources/bus.yaml makes it a pubsub.redis whose redisHost is not in the file",
  ],
  [
    "another consumer",
    [file("bus", "pubsub.redis", { ...OURS, consumerID: "shared" })],
    "bus: resources/bus.yaml makes it a pubsub.redis with a consumerID of its own",
  ],
] as const)
  t.test(`${name}: ${expected === null ? "can be read" : "cannot be read"}`, (t) => {
    t.equal(why(...resources), expected);
    t.end();
  });
