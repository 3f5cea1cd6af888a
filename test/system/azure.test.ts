import { symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { scriptedAzure } from "../agents/kit/helpers/scripted-azure.ts";
import { greet } from "../helpers/greeter.ts";
import { fixtureProject, pick, REPO, resourceOf } from "../helpers/system.ts";
import type { Project } from "../helpers/system.ts";

const HELLO = join(REPO, "examples/hello");
const KEY = "0123456789abcdef-key-of-the-test";
const answers = [{ text: JSON.stringify({ greeting: "Good day, Ada." }) }];

/** The greeter with two models: an Ollama, and an Azure OpenAI that an environment names. */
function project(t: Test, endpoint: string, env: NodeJS.ProcessEnv = {}): Project {
  const made = fixtureProject(
    t,
    {},
    {
      DOCKER_HOST: "unix:///nowhere/docker.sock",
      AGENTS_OLLAMA_URL: "http://127.0.0.1:9",
      AZURE_OPENAI_ENDPOINT: "https://somewhere-else.example.com",
      ...env,
    },
  );
  symlinkSync(join(HELLO, "prompts"), join(made.root, "prompts"));
  made.write({
    "agents.config.json": JSON.stringify({
      name: "greetings",
      resources: {
        store: { kind: "redis" },
        llm: { kind: "ollama", models: ["llama3.2:3b"] },
        gpt: { kind: "azureopenai", endpoint, deployment: "gpt-test", keyFrom: "GREETER_KEY" },
      },
      components: {
        "agents-pubsub": { kind: "pubsub", resource: "store" },
        "agents-statestore": { kind: "statestore", resource: "store" },
      },
      agents: { greeter: { entry: join(HELLO, "src/greeter/main.ts"), port: 0, uses: ["llm"] } },
      environments: { staging: { agents: { greeter: { model: "gpt" } } }, production: { model: "gpt" } },
    }),
  });
  return made;
}

function modelChecks(doctor: unknown): readonly unknown[] {
  const checks = pick(doctor, "checks");
  return Array.isArray(checks) ? checks.filter((check: unknown) => pick(check, "name") === "model") : [];
}

void t.test("an environment gives an agent another model, and everything says which and why", async (t) => {
  const azure = await scriptedAzure(t, answers);
  const endpoint = azure.env["AZURE_OPENAI_ENDPOINT"] ?? "";
  const greetings = project(t, endpoint, { AGENTS_ENV: "staging", GREETER_KEY: KEY });

  const config = await greetings.agents(["config"]);
  t.match(config.stdout, /environment: staging\n/);
  t.match(config.stdout, /from: GREETER_KEY\n/);
  const doctor = await greetings.json(["doctor"]);
  t.same(modelChecks(doctor), [
    {
      name: "model",
      status: "ok",
      found: `greeter asks Azure OpenAI, deployment gpt-test at ${endpoint} (environments.staging.agents.greeter.model), with the key in GREETER_KEY`,
      action: null,
    },
  ]);
  await greetings.up().ready();
  const run = await greetings.json(["ps"]);
  t.match(await greet(run), { result: { greeting: "Good day, Ada." }, generatedBy: "live" });
  t.match(azure.asked, [
    { path: /^\/openai\/deployments\/gpt-test\/chat\/completions\?api-version=2024-10-21$/, apiKey: KEY },
  ]);
  t.match(resourceOf(run, "greeter"), {
    llm: "live",
    reason: "asks Azure OpenAI gpt-test (environments.staging.agents.greeter.model)",
  });
  t.match(resourceOf(run, "gpt"), {
    kind: "external",
    implementation: "external",
    url: endpoint,
    reason: "Azure OpenAI, deployment gpt-test, with the key in GREETER_KEY",
  });
  t.equal(resourceOf(run, "llm"), undefined, "nothing runs for a model that nobody asks here");
  const logs = await greetings.agents(["logs"]);
  const all =
    [config, logs].map(({ stdout, stderr }) => stdout + stderr).join("") + JSON.stringify([doctor, run]);
  t.notMatch(all, KEY, "the key is printed nowhere");
});

void t.test(
  "without its environment the config's own model counts, whatever the shell says of Azure",
  async (t) => {
    const greetings = project(t, "https://my-resource.openai.azure.com", { GREETER_KEY: KEY });
    await greetings.up().ready();
    const run = await greetings.json(["ps"]);
    t.match(resourceOf(run, "greeter"), {
      llm: "sample",
      reason: "would ask Ollama llama3.2:3b (agents.greeter.uses)",
    });
    t.equal(resourceOf(run, "gpt"), undefined);
    t.match(await greet(run), { generatedBy: "sample" });
  },
);

void t.test(
  "a key that is not set is told: samples, an error where a model was asked for or in production",
  async (t) => {
    const greetings = project(t, "https://my-resource.openai.azure.com", { AGENTS_ENV: "staging" });
    const up = greetings.up();
    await up.ready();
    const run = await greetings.json(["ps"]);
    t.match(resourceOf(run, "greeter"), {
      llm: "sample",
      reason: "samples: GREETER_KEY is not set, which gpt needs",
    });
    t.ok(
      up.events.some(
        ({ type, text }) => type === "notice" && String(text).startsWith("gpt needs GREETER_KEY"),
      ),
      "one line says so",
    );
    t.match(await greet(run), { generatedBy: "sample" });
    await greetings.agents(["down"]);
    t.match(modelChecks(await greetings.json(["doctor"])), [
      { status: "warn", found: /GREETER_KEY is not set for greeter, samples answer$/ },
    ]);
    const expected = {
      error: { code: "AGENTS_CONFIG_INVALID", path: "resources.gpt.keyFrom", hint: /export GREETER_KEY=/ },
    };
    const live = await greetings.agents(["up", "--llm", "live", "--json"]);
    t.equal(live.code, 2);
    t.match(JSON.parse(live.stderr), expected);
    greetings.env["AGENTS_ENV"] = "production";
    const production = await greetings.agents(["up", "--json"]);
    t.equal(production.code, 2);
    t.match(JSON.parse(production.stderr), expected);
    greetings.env["AGENTS_ENV"] = "prodution";
    t.match(await greetings.agents(["config", "--json"]), { code: 2, stderr: /Did you mean .*production/ });
  },
);
