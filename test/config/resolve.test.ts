import t from "tap";
import { resolveConfig } from "../../src/runtime/model/config/resolve.ts";
import {
  agent,
  container,
  defineConfig,
  external,
  ollama,
  pubsub,
  redis,
  secretStore,
  sqlServer,
  stateStore,
  task,
} from "agents-apphost";

const FILE = "/project/agents.config.ts";

/** All problems of a config, `path: message`. */
function problems(raw: unknown): readonly string[] {
  const resolution = resolveConfig(raw, FILE);
  return resolution.at === "invalid"
    ? resolution.problems.map(({ path, message }) => `${path}: ${message}`)
    : [];
}

const withAgent = (
  more: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
) => ({
  name: "p",
  agents: { a: { entry: "a.ts", ...more } },
  ...rest,
});

void t.test("a config of values and its JSON twin of names resolve to the same frozen data", async (t) => {
  const cache = redis();
  const db = sqlServer({ databases: ["agentsdb", "other"] });
  const llm = ollama({ models: ["llama3.2:3b"] });
  const values = defineConfig({
    name: "my-agents",
    resources: {
      redis: cache,
      sqlserver: db,
      ollama: llm,
      api: external({ url: "https://example.com/api" }),
      web: container({ image: "nginx", ports: { http: 80 }, env: { A: 1 } }),
      migrate: task({ command: ["node", "migrate.js"], uses: [db] }),
    },
    components: {
      "agents-pubsub": pubsub(cache),
      "agents-statestore": stateStore(cache, { metadata: { keyPrefix: "name" } }),
      secrets: secretStore({ type: "secretstores.local.file", metadata: { secretsFile: "s.json" } }),
    },
    agents: {
      one: agent({
        entry: "src/one.ts",
        port: 7268,
        sidecarPort: 51_268,
        uses: [db, llm],
        dependsOn: { migrate: "completed" },
      }),
      two: agent({
        command: ["python", "two.py"],
        cwd: "two",
        env: { N: 1, B: true },
        health: "/ready",
        stopTimeout: "1.5s",
      }),
      three: agent({ image: "three:1", replicas: 2, watch: false, deliveryTimeout: 5000 }),
    },
    environments: { staging: { registry: "x.azurecr.io", scale: { one: 2 } } },
  });
  const names = {
    $schema: "./agents.schema.json",
    name: "my-agents",
    resources: {
      redis: { kind: "redis" },
      sqlserver: { kind: "sqlserver", databases: ["agentsdb", "other"] },
      ollama: { kind: "ollama", models: ["llama3.2:3b"] },
      api: { kind: "external", url: "https://example.com/api" },
      web: { kind: "container", image: "nginx", ports: { http: 80 }, env: { A: 1 } },
      migrate: { kind: "task", command: ["node", "migrate.js"], uses: ["sqlserver"] },
    },
    components: {
      "agents-pubsub": { kind: "pubsub", resource: "redis" },
      "agents-statestore": { kind: "statestore", resource: "redis", metadata: { keyPrefix: "name" } },
      secrets: { kind: "secretstore", type: "secretstores.local.file", metadata: { secretsFile: "s.json" } },
    },
    agents: {
      one: {
        entry: "src/one.ts",
        port: 7268,
        sidecarPort: 51_268,
        uses: ["sqlserver", "ollama"],
        dependsOn: { migrate: "completed" },
      },
      two: {
        command: ["python", "two.py"],
        cwd: "two",
        env: { N: 1, B: true },
        health: "/ready",
        stopTimeout: "1.5s",
      },
      three: { image: "three:1", replicas: 2, watch: false, deliveryTimeout: 5000 },
    },
    environments: { staging: { registry: "x.azurecr.io", scale: { one: 2 } } },
  };
  const one = resolveConfig(values, FILE);
  const two = resolveConfig(JSON.parse(JSON.stringify(names)), FILE);
  t.strictSame(one, two);
  if (one.at !== "resolved") throw new Error("it does not resolve");
  const { agents, resources, components } = one.config;
  t.strictSame(agents["one"]?.run, {
    by: "entry",
    entry: "/project/src/one.ts",
    cwd: "/project",
    external: [],
  });
  t.strictSame(agents["two"]?.run, { by: "command", command: ["python", "two.py"], cwd: "/project/two" });
  t.strictSame(agents["two"]?.env, { N: "1", B: "true" });
  t.match(agents["two"], {
    stopTimeoutMs: 1500,
    health: { by: "http", path: "/ready" },
    port: null,
    restart: "on-failure",
  });
  t.match(agents["three"], {
    run: { by: "image", image: "three:1" },
    replicas: 2,
    watch: false,
    deliveryTimeoutMs: 5000,
  });
  t.match(resources["redis"], { image: "redis:7.4-alpine", port: 6379 });
  t.match(components["agents-pubsub"], { resource: "redis", type: null });
  t.ok(Object.isFrozen(agents["one"]?.uses), "frozen through and through");
  t.throws(() => Object.assign(agents["two"]?.env ?? {}, { N: "2" }), TypeError);
});

void t.test("everything that is wrong is told at once, each with its path", async (t) => {
  const found = problems({
    name: "My Agents",
    agent: {},
    resources: { cache: { kind: "rediss" } },
    agents: { a: { entri: "a.ts", port: "7o08" }, "b.c": { entry: "b.ts", restart: "on-fail" } },
  });
  t.match(found, [
    /^agent: "agent" is not a setting of the config\. Did you mean "agents"\?/,
    /^agents\.a\.entri: .* Did you mean "entry"\?/,
    /^agents\.a\.entry: is missing/,
    /^agents\.a\.port: "7o08" is not a port: expected an integer from 1 to 65535/,
    /^agents\["b\.c"\]: "b\.c" is not an agent name: expected a DNS label/,
    /^agents\["b\.c"\]\.restart: .* Did you mean "on-failure"\?/,
    /^name: "My Agents" is not a project name/,
    /^resources\.cache\.kind: "rediss" is not a kind of resource\. Did you mean "redis"\?/,
  ]);
  t.equal(found.length, 8);
});

void t.test(
  "two servers on the same default port are fine: such ports are preferred, not strict",
  async (t) => {
    t.strictSame(
      problems(withAgent({}, { resources: { one: { kind: "redis" }, two: { kind: "redis" } } })),
      [],
    );
  },
);

void t.test("a setting that is undefined is a setting that is not there", async (t) => {
  t.strictSame(
    problems(withAgent({ port: undefined, env: { A: undefined }, dependsOn: { x: undefined } })),
    [],
  );
});

void t.test(
  "a value used twice keeps its one name, and the same shape under another name is another resource",
  async (t) => {
    const [one, two] = [redis(), redis()];
    const resolution = resolveConfig(
      { name: "p", resources: { one, two }, agents: { a: { entry: "a", uses: [two, two, one] } } },
      FILE,
    );
    t.match(resolution, { at: "resolved", config: { agents: { a: { uses: ["two", "one"] } } } });
  },
);
