import { Ajv2020 } from "ajv/dist/2020.js";
import t from "tap";
import { configJsonSchema } from "../../src/runtime/model/config/config-shape.ts";
import { resolveConfig } from "../../src/runtime/model/config/resolve.ts";

const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
  configJsonSchema(),
);

const configs: readonly (readonly [string, unknown])[] = [
  ["a small config", { name: "p", agents: { a: { entry: "a.ts" } } }],
  [
    "a large config",
    {
      $schema: "x",
      name: "p",
      resources: { r: { kind: "redis", port: 1 }, t: { kind: "task", command: ["x"] } },
      components: { c: { kind: "pubsub", resource: "r" } },
      agents: {
        a: {
          command: ["x"],
          port: 0,
          watch: false,
          health: "/x",
          stopTimeout: "2s",
          dependsOn: { t: "completed" },
        },
      },
      environments: { e: { deep: [1] } },
    },
  ],
  [
    "models and prompts of an environment",
    {
      name: "p",
      resources: {
        l: { kind: "ollama" },
        a: {
          kind: "azureopenai",
          endpoint: "https://a.openai.azure.com",
          deployment: "gpt-4o",
          auth: "entra",
        },
      },
      prompts: { kind: "github", repo: "a/b", ref: "v1.2.0", path: "x/y", tokenFrom: "MY_TOKEN" },
      agents: { a1: { entry: "a.ts", uses: ["l"] } },
      environments: { e: { model: "a", agents: { a1: { model: "l", cpu: 1 } }, prompts: "prompts" } },
    },
  ],
  [
    "a key in the config",
    {
      name: "p",
      resources: { a: { kind: "azureopenai", endpoint: "https://a", deployment: "d", keyFrom: "0a1b2c" } },
      agents: {},
    },
  ],
  ["a source of prompts without a ref", { name: "p", prompts: { kind: "github", repo: "a/b" }, agents: {} }],
  ["no name", { agents: {} }],
  ["a wrong port", { name: "p", agents: { a: { entry: "a", port: 70_000 } } }],
  ["an unknown key", { name: "p", agents: { a: { entry: "a", prot: 1 } } }],
  ["a wrong kind", { name: "p", resources: { r: { kind: "x" } }, agents: { a: { entry: "a" } } }],
  ["a wrong duration", { name: "p", agents: { a: { entry: "a", stopTimeout: "2 weeks" } } }],
  ["a bad name", { name: "p", agents: { "a.b": { entry: "a" } } }],
];

for (const [title, config] of configs) {
  void t.test(`the JSON Schema and the check agree on ${title}`, async (t) => {
    t.equal(validate(config), resolveConfig(config, "/p/agents.config.json").at === "resolved");
  });
}

void t.test("the schema names its draft and describes every setting", async (t) => {
  const schema = configJsonSchema();
  t.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  t.notMatch(JSON.stringify(schema), /"description":""/);
});
