import t from "tap";
import { resolveConfig } from "../../src/runtime/model/config/resolve.ts";
import { agent, azureOpenAI, defineConfig, github, ollama } from "agents-apphost";

const FILE = "/project/agents.config.ts";
const endpoint = "https://my-resource.openai.azure.com/";

const llm = ollama({ models: ["llama3.2:3b"] });
const gpt = azureOpenAI({ endpoint, deployment: "gpt-4o" });
const mini = azureOpenAI({ endpoint, deployment: "gpt-4o-mini", auth: "entra" });
const values = defineConfig({
  name: "p",
  resources: { ollama: llm, gpt, mini },
  agents: {
    one: agent({ entry: "one.ts", uses: [llm] }),
    two: agent({ entry: "two.ts", uses: [llm] }),
    mute: agent({ entry: "mute.ts" }),
  },
  environments: {
    staging: { agents: { two: { model: gpt, cpu: "1" } }, registry: "x.azurecr.io" },
    production: {
      model: gpt,
      agents: { two: { model: mini } },
      prompts: github({
        repo: "my-org/prompts",
        ref: "v1",
        path: "agents/",
        api: "https://git.example.com/api/v3/",
      }),
    },
  },
});
const names = {
  name: "p",
  resources: {
    ollama: { kind: "ollama", models: ["llama3.2:3b"] },
    gpt: { kind: "azureopenai", endpoint, deployment: "gpt-4o" },
    mini: { kind: "azureopenai", endpoint, deployment: "gpt-4o-mini", auth: "entra" },
  },
  agents: {
    one: { entry: "one.ts", uses: ["ollama"] },
    two: { entry: "two.ts", uses: ["ollama"] },
    mute: { entry: "mute.ts" },
  },
  environments: {
    staging: { agents: { two: { model: "gpt", cpu: "1" } }, registry: "x.azurecr.io" },
    production: {
      model: "gpt",
      agents: { two: { model: "mini" } },
      prompts: {
        kind: "github",
        repo: "my-org/prompts",
        ref: "v1",
        path: "agents/",
        api: "https://git.example.com/api/v3/",
      },
    },
  },
};

function resolved(raw: unknown, environment: string | null) {
  const resolution = resolveConfig(raw, FILE, environment);
  if (resolution.at !== "resolved") throw new Error(JSON.stringify(resolution.problems));
  return resolution.config;
}

function problems(raw: unknown, environment: string | null = null): readonly string[] {
  const resolution = resolveConfig(raw, FILE, environment);
  return resolution.at === "resolved"
    ? []
    : resolution.problems.map(({ path, message }) => `${path}: ${message}`);
}

void t.test("values and names mean the same in every environment", async (t) => {
  for (const environment of [null, "development", "staging", "production"])
    t.same(
      resolved(values, environment),
      resolved(JSON.parse(JSON.stringify(names)), environment),
      String(environment),
    );
});

void t.test("without an environment each agent asks the model that it uses", async (t) => {
  const { agents, prompts, environment, resources } = resolved(values, null);
  t.match(agents["one"], { uses: ["ollama"], model: { resource: "ollama", because: "agents.one.uses" } });
  t.match(agents["mute"], { uses: { length: 0 }, model: null });
  t.same(prompts, { from: "folder", folder: "/project/prompts" });
  t.equal(environment, null);
  t.match(resources["gpt"], {
    endpoint: "https://my-resource.openai.azure.com",
    apiVersion: "2024-10-21",
    auth: { by: "key", from: "AZURE_OPENAI_API_KEY" },
  });
  t.match(resources["mini"], { auth: { by: "entra" } });
});

void t.test("an environment changes the model of one agent, and leaves the rest", async (t) => {
  const { agents, environment, resources, environments } = resolved(values, "staging");
  t.match(agents["one"], { uses: ["ollama"] });
  t.match(agents["two"], {
    uses: ["gpt"],
    model: { resource: "gpt", because: "environments.staging.agents.two.model" },
  });
  t.ok(resources["ollama"], "one still asks it");
  t.equal(environment, "staging");
  t.match(environments["staging"], { registry: "x.azurecr.io", agents: { two: { model: "gpt", cpu: "1" } } });
});

void t.test("an environment changes the model of all who ask one, and where prompts come from", async (t) => {
  const { agents, prompts, resources } = resolved(values, "production");
  t.match(agents["one"], { uses: ["gpt"], model: { because: "environments.production.model" } });
  t.match(agents["two"], { uses: ["mini"], model: { because: "environments.production.agents.two.model" } });
  t.match(agents["mute"], { uses: { length: 0 }, model: null }, "who asks none still asks none");
  t.notOk(resources["ollama"], "nothing is started for a model that nobody asks here");
  t.same(prompts, {
    from: "github",
    repo: "my-org/prompts",
    ref: "v1",
    path: "agents",
    api: "https://git.example.com/api/v3",
    tokenFrom: ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
  });
});

void t.test("an Ollama that somebody waits for stays", async (t) => {
  const agents = { ...names.agents, mute: { entry: "mute.ts", dependsOn: { ollama: "ready" } } };
  t.ok(resolved({ ...names, agents }, "production").resources["ollama"]);
});

const azure = (more: object) => ({
  name: "p",
  resources: { gpt: { kind: "azureopenai", endpoint, deployment: "d", ...more } },
  agents: {},
});
const from = (more: object) => ({
  name: "p",
  agents: {},
  prompts: { kind: "github", repo: "a/b", ref: "main", ...more },
});
const here = (environment: object) => ({ ...names, environments: { production: environment } });

const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  [
    "a model that does not exist",
    here({ model: "gtp" }),
    /^environments\.production\.model: .*Did you mean "gpt"\?/,
  ],
  [
    "a model that is none",
    { ...here({ model: "r" }), resources: { ...names.resources, r: { kind: "redis" } } },
    /model: "r" is a redis: expected an ollama or azureopenai resource/,
  ],
  [
    "a model of an agent that does not exist",
    here({ agents: { tow: { model: "gpt" } } }),
    /^environments\.production\.agents\.tow: .*Did you mean "two"\?/,
  ],
  [
    "a mistyped model of an agent",
    here({ agents: { two: { model: "mni" } } }),
    /^environments\.production\.agents\.two\.model: .*Did you mean "mini"\?/,
  ],
  [
    "an endpoint in the clear",
    azure({ endpoint: "http://my-resource.openai.azure.com" }),
    /^resources\.gpt\.endpoint: .*expected a URL such as https/,
  ],
  ["a way to sign in that there is not", azure({ auth: "azuread" }), /^resources\.gpt\.auth: /],
  [
    "a key and an identity",
    azure({ auth: "entra", keyFrom: "MY_KEY" }),
    /^resources\.gpt\.keyFrom: keyFrom goes with auth: "key"/,
  ],
  [
    "a repository without an owner",
    from({ repo: "prompts" }),
    /^prompts\.repo: "prompts" is not a repository: expected owner\/name/,
  ],
  ["a folder outside of the repository", from({ path: "../prompts" }), /^prompts\.path: /],
  ["a ref that is an option", from({ ref: "--upload-pack" }), /^prompts\.ref: /],
  ["a source that there is not", from({ kind: "gitlab" }), /^prompts\.kind: /],
  ["an API in the clear", from({ api: "http://git.example.com/api/v3" }), /^prompts\.api: /],
  [
    "prompts that are a list",
    { name: "p", agents: {}, prompts: [] },
    /^prompts: an empty list is not where prompts come from/,
  ],
];

for (const [title, config, expected] of wrong) {
  void t.test(`${title} is one problem, with its path`, async (t) => {
    const found = problems(config);
    t.equal(found.length, 1, found.join("\n"));
    t.match(found[0], expected);
  });
}

void t.test("a secret in the place of its variable's name is refused and not repeated", async (t) => {
  for (const [config, path] of [
    [azure({ keyFrom: "9f0c1d2e3a4b5c6d7e8f" }), "resources.gpt.keyFrom"],
    [from({ tokenFrom: "ghp_aSecretToken123" }), "prompts.tokenFrom"],
  ] as const) {
    const resolution = resolveConfig(config, FILE);
    t.match(resolution, { at: "invalid", problems: [{ path, message: /never the secret itself/ }] });
    t.notMatch(JSON.stringify(resolution), /9f0c1d2e|aSecretToken/);
  }
});

void t.test("an environment that the config does not have is refused", async (t) => {
  t.match(problems(names, "prodution"), [
    /^environments\.prodution: .*AGENTS_ENV.*Did you mean "production"\?/,
  ]);
  t.same(problems(names, "development"), [], "development is what there is without a word");
  t.same(
    problems({ name: "p", agents: {} }, "production"),
    [],
    "a config without environments is the same in all",
  );
});
