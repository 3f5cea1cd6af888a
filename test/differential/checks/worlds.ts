import type { World } from "../check.ts";
import { component, resource } from "../yaml.ts";

const SECRETS = {
  "env.yaml": component("env", "secretstores.local.env"),
  "file.yaml": component("file", "secretstores.local.file", { secretsFile: "secrets.json" }),
};

const PUBSUB = { "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory") };

/** Everything that needs no server. */
export const PLAIN: World = {
  name: "plain",
  resources: {
    ...PUBSUB,
    ...SECRETS,
    "state.yaml": component("agents-statestore", "state.sqlite", { connectionString: "state.db" }),
    "memory.yaml": component("memory", "state.in-memory"),
    "shared.yaml": component("shared", "state.in-memory", { keyPrefix: "none" }),
    "named.yaml": component("named", "state.in-memory", { keyPrefix: "name" }),
    "other.yaml": component("other", "state.in-memory", {}, ["another-app"]),
    "nested.yaml": component("nested", "secretstores.local.file", {
      secretsFile: "secrets.json",
      multiValued: "true",
    }),
  },
  env: { PARITY_SECRET: "s3cret" },
};

const AT_REDIS = { redisHost: "{redis}", redisDB: "{database}" };

/** The same checks over a real Redis. */
export const REDIS: World = {
  name: "redis",
  needsRedis: true,
  resources: {
    // Each subscription of a daprd keeps a connection.
    "pubsub.yaml": component("agents-pubsub", "pubsub.redis", { ...AT_REDIS, poolSize: "1000" }),
    "redis-state.yaml": component("redis-state", "state.redis", AT_REDIS),
  },
};

/** Subscriptions in files, resiliency, topic scopes. */
export const DECLARED: World = {
  name: "declared",
  resources: {
    "pubsub.yaml": component("agents-pubsub", "pubsub.in-memory"),
    "plain.yaml": component("plain-pubsub", "pubsub.in-memory"),
    "timed.yaml": component("timed-pubsub", "pubsub.in-memory"),
    "broken.yaml": component("breaker-pubsub", "pubsub.in-memory"),
    "matched.yaml": component("matched-pubsub", "pubsub.in-memory"),
    "forever.yaml": component("none-pubsub", "pubsub.in-memory"),
    "scoped.yaml": component("scoped-pubsub", "pubsub.in-memory", {
      publishingScopes: "app=open,both;other=closed",
      subscriptionScopes: "app=both",
      protectedTopics: "guarded",
    }),
    "allowed.yaml": component("allowed-pubsub", "pubsub.in-memory", { allowedTopics: "a, b" }),
    "resiliency.yaml": resource("Resiliency", "policies", {
      policies: {
        timeouts: { short: "250ms" },
        retries: {
          three: { policy: "constant", duration: "50ms", maxRetries: 3 },
          none: { policy: "constant", duration: "50ms", maxRetries: 0 },
          fivehundred: {
            policy: "constant",
            duration: "50ms",
            maxRetries: 2,
            matching: { httpStatusCodes: "500,502-504" },
          },
          growing: { policy: "exponential", maxInterval: "100ms", maxRetries: 4 },
        },
        circuitBreakers: { two: { maxRequests: 1, timeout: "60s", trip: "consecutiveFailures >= 2" } },
      },
      targets: {
        components: {
          "agents-pubsub": { inbound: { retry: "three" } },
          "timed-pubsub": { inbound: { retry: "three", timeout: "short" } },
          "breaker-pubsub": { inbound: { circuitBreaker: "two" } },
          "matched-pubsub": { inbound: { retry: "fivehundred" } },
          "none-pubsub": { inbound: { retry: "none" } },
        },
      },
    }),
    "elsewhere.yaml": resource(
      "Resiliency",
      "elsewhere",
      {
        policies: { retries: { many: { policy: "constant", duration: "10ms", maxRetries: 9 } } },
        targets: { components: { "plain-pubsub": { inbound: { retry: "many" } } } },
      },
      { scopes: ["another-app"] },
    ),
    "declared1.yaml": resource("Subscription", "declared1", {
      pubsubname: "plain-pubsub",
      topic: "v1",
      route: "/declared/v1",
    }),
    "declared2.yaml": resource(
      "Subscription",
      "declared2",
      {
        pubsubname: "plain-pubsub",
        topic: "v2",
        routes: {
          rules: [
            { match: 'event.type == "first"', path: "/declared/first" },
            { match: "event.data.list.exists(x, x > 2)", path: "/declared/macro" },
          ],
          default: "/declared/v2",
        },
        deadLetterTopic: "v2-dead",
      },
      { version: "v2alpha1" },
    ),
    "dead.yaml": resource("Subscription", "dead", {
      pubsubname: "plain-pubsub",
      topic: "v2-dead",
      route: "/declared/dead",
    }),
    "scoped-out.yaml": resource(
      "Subscription",
      "scoped-out",
      { pubsubname: "plain-pubsub", topic: "not-ours", route: "/declared/not-ours" },
      { scopes: ["another-app"] },
    ),
    "both.yaml": resource("Subscription", "both", {
      pubsubname: "plain-pubsub",
      topic: "said-twice",
      route: "/declared/said-in-the-file",
    }),
    "twice1.yaml": resource("Subscription", "twice1", {
      pubsubname: "plain-pubsub",
      topic: "declared-twice",
      route: "/declared/one",
    }),
    "twice2.yaml": resource("Subscription", "twice2", {
      pubsubname: "plain-pubsub",
      topic: "declared-twice",
      route: "/declared/two",
    }),
    "raw.yaml": resource("Subscription", "raw", {
      pubsubname: "plain-pubsub",
      topic: "raw",
      route: "/declared/raw",
      metadata: { rawPayload: "true" },
    }),
  },
  subscribe: [{ pubsubname: "plain-pubsub", topic: "said-twice", route: "/declared/said-by-the-app" }],
};

/** Default policies by name, with nothing under targets. */
export const DEFAULTS: World = {
  name: "defaults",
  resources: {
    ...PUBSUB,
    "resiliency.yaml": resource("Resiliency", "defaults", {
      policies: {
        retries: {
          DefaultRetryPolicy: { policy: "constant", duration: "10ms", maxRetries: 1 },
          DefaultPubsubComponentInboundRetryPolicy: { policy: "constant", duration: "10ms", maxRetries: 2 },
        },
      },
      targets: {},
    }),
  },
};

/** A Configuration that closes some of it. */
export const CLOSED: World = {
  name: "closed",
  resources: {
    ...PUBSUB,
    ...SECRETS,
    "memory.yaml": component("memory", "state.in-memory"),
    "second.yaml": component("second", "secretstores.local.file", { secretsFile: "secrets.json" }),
    "third.yaml": component("third", "secretstores.local.file", { secretsFile: "secrets.json" }),
  },
  env: { PARITY_SECRET: "s3cret" },
  config: `  api:
    denied:
    - name: state
      version: v1.0
      protocol: http
    - name: invoke
      version: v1
      protocol: grpc
  secrets:
    scopes:
    - storeName: env
      defaultAccess: deny
      allowedSecrets: [PARITY_SECRET]
    - storeName: file
      defaultAccess: allow
      deniedSecrets: ["db:password"]
    - storeName: second
      defaultAccess: deny
`,
};

/** Only what is listed. */
export const LISTED: World = {
  name: "listed",
  resources: { ...PUBSUB, "memory.yaml": component("memory", "state.in-memory") },
  config: `  api:
    allowed:
    - name: publish
      version: v1.0
      protocol: http
    - name: metadata
      version: v1.0
      protocol: http
`,
};

/** Nothing at all. */
export const BARE: World = { name: "bare", resources: {} };
