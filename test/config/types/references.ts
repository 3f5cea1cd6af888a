// Compiled, never run: each line under `@ts-expect-error` must be an error to the compiler, and every other one must not.
import {
  agent,
  azureOpenAI,
  container,
  defineConfig,
  external,
  github,
  ollama,
  pubsub,
  redis,
  sqlServer,
  stateStore,
  task,
} from "agents-apphost";

const cache = redis();
const db = sqlServer({ databases: ["agentsdb"] });
const api = external({ url: "https://example.com" });
const migrate = task({ command: ["node", "migrate.js"], uses: [db] });

export const good = defineConfig({
  name: "types",
  resources: {
    redis: cache,
    sqlserver: db,
    api,
    migrate,
    seed: task({ command: ["node", "seed.js"], uses: ["sqlserver"], dependsOn: { migrate: "completed" } }),
    web: container({ image: "nginx", dependsOn: { one: "ready" } }),
  },
  components: { "agents-pubsub": pubsub(cache), "agents-statestore": stateStore("redis"), own: pubsub() },
  agents: {
    one: agent({ entry: "one.ts", uses: [db, "redis", api], dependsOn: { migrate: "completed" } }),
    two: agent({
      command: ["python", "two.py"],
      cwd: "two",
      port: 7000,
      dependsOn: { one: "ready", seed: "completed" },
    }),
    three: { image: "three:1", uses: ["api"], health: "/ready", stopTimeout: "2s" },
  },
});

export const wrong = defineConfig({
  name: "types",
  resources: {
    redis: cache,
    // @ts-expect-error: no resource is called sqlsever
    migrate: task({ command: ["x"], uses: ["sqlsever"] }),
    // @ts-expect-error: nothing is called nobody
    web: container({ image: "nginx", dependsOn: { nobody: "ready" } }),
  },
  components: {
    // @ts-expect-error: no resource is called rediss
    a: pubsub("rediss"),
    // @ts-expect-error: SQL Server is no pub/sub
    b: pubsub(db),
    // @ts-expect-error: no resource is called rediss
    c: { kind: "statestore", resource: "rediss" },
  },
  agents: {
    // @ts-expect-error: no resource is called sqlsever
    one: agent({ entry: "one.ts", uses: ["sqlsever"] }),
    // @ts-expect-error: one of the two names does not exist
    two: agent({ entry: "two.ts", dependsOn: { one: "ready", tree: "ready" } }),
    // @ts-expect-error: no resource is called sqlsever
    three: { entry: "three.ts", uses: ["sqlsever"] },
    // @ts-expect-error: there is no agent called fiv
    four: { entry: "four.ts", dependsOn: { five: "ready", fiv: "ready" } },
    // @ts-expect-error: a condition that does not exist
    five: agent({ entry: "five.ts", dependsOn: { one: "redy" } }),
    // @ts-expect-error: a task has no address
    six: agent({ entry: "six.ts", uses: [migrate] }),
    // @ts-expect-error: entry or command, not both
    seven: agent({ entry: "seven.ts", command: ["node", "x"] }),
    // @ts-expect-error: a setting that does not exist
    eight: agent({ entry: "eight.ts", prot: 7000 }),
    // @ts-expect-error: a duration needs its unit
    nine: agent({ entry: "nine.ts", stopTimeout: "10" }),
    // @ts-expect-error: a port is a number
    ten: agent({ entry: "ten.ts", port: "7000" }),
  },
});

const gpt = azureOpenAI({ endpoint: "https://a.openai.azure.com", deployment: "gpt-4o" });
const llm = ollama({ models: ["llama3.2:3b"] });

export const goodEnvironments = defineConfig({
  name: "types",
  resources: { ollama: llm, gpt, redis: cache },
  agents: { one: agent({ entry: "one.ts", uses: [llm, gpt, "gpt"] }), two: agent({ entry: "two.ts" }) },
  prompts: github({ repo: "my-org/prompts", ref: "v1" }),
  environments: {
    staging: { model: "gpt", registry: "x", scale: { one: 2 } },
    production: { model: gpt, agents: { one: { model: "ollama", cpu: "1" } }, prompts: "prompts" },
  },
});

export const wrongEnvironments = defineConfig({
  name: "types",
  resources: { ollama: llm, gpt, redis: cache },
  agents: { one: agent({ entry: "one.ts", uses: [llm] }) },
  // @ts-expect-error: a repository has a ref
  prompts: github({ repo: "my-org/prompts" }),
  environments: {
    // @ts-expect-error: no resource is called gtp
    staging: { model: "gtp" },
    // @ts-expect-error: Redis is no model
    production: { model: cache },
    // @ts-expect-error: there is no agent called tow
    other: { agents: { tow: { model: gpt } } },
    // @ts-expect-error: no resource is called gtp
    another: { agents: { one: { model: "gtp" } } },
  },
});
