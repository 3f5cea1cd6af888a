import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { githubServer } from "../../helpers/github-server.ts";
import { send, spawnAgent, startAgent } from "./helpers/agent-process.ts";

const greet = (version: string, more = ""): string => `schema: agents.prompt/v1
name: greet
version: "${version}"
description: Greet a person
input: { type: object, required: [who], properties: { who: { type: string } } }
output: { type: object, required: [text], properties: { text: { type: string } } }
messages: [{ role: user, content: "Greet {{who}}." }]
${more}`;
const lockOf = (files: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(files).map(([key, text]) => [key, createHash("sha256").update(text).digest("hex")]),
    ),
  );
const LOCK = lockOf({ "greeter/greet@1.0.0": greet("1.0.0"), "other/tell@1.0.0": "whatever" });

/** The greeter as it runs in production: with a model that is somewhere. */
function project(t: Test, prompts: Readonly<Record<string, string>>) {
  const root = t.testdir();
  for (const [path, text] of Object.entries(prompts)) {
    mkdirSync(join(root, "prompts", path, ".."), { recursive: true });
    writeFileSync(join(root, "prompts", path), text);
  }
  const env = {
    SQLSERVER_URL: `sqlite:${join(root, "agents.db")}`,
    AGENTS_PROMPTS_DIR: join(root, "prompts"),
    AGENTS_LLM_MODE: "live",
    OLLAMA_URL: "http://127.0.0.1:9",
    OLLAMA_MODELS: "tiny",
  };
  return { root, env };
}

for (const production of [{ NODE_ENV: "production" }, { AGENTS_ENV: "production" }] as const) {
  const name = Object.keys(production)[0] ?? "";

  void t.test(`an agent starts with ${name}=production when its prompts are those of the lock`, async (t) => {
    const { env } = project(t, { "greeter/greet.yaml": greet("1.0.0"), "prompts.lock.json": LOCK });
    const agent = await startAgent(t, "greeter", { ...env, ...production });
    t.match((await send(`${agent.url}/api/greeter/health`)).body, { prompts: [{ ref: /^greet@1\.0\.0\+/ }] });
  });

  void t.test(`an agent does not start with ${name}=production when they are not`, async (t) => {
    const cases: readonly (readonly [string, Record<string, string>, RegExp])[] = [
      [
        "a content that has changed",
        { "greeter/greet.yaml": greet("1.0.0", "# changed\n"), "prompts.lock.json": LOCK },
        /greeter\/greet\.yaml has changed under version 1\.0\.0\..* code=AGENTS_PROMPT_UNLOCKED/,
      ],
      [
        "a version that nobody has locked, and one that is gone",
        { "greeter/greet.yaml": greet("1.1.0"), "prompts.lock.json": LOCK },
        /greet\.yaml is not in the lock as greeter\/greet@1\.1\.0; greeter\/greet@1\.0\.0 is in the lock and has no file\..* code=AGENTS_PROMPT_UNLOCKED/,
      ],
      [
        "no lock",
        { "greeter/greet.yaml": greet("1.0.0") },
        /prompts\.lock\.json is not there\. agents prompts lint --update writes the lock.* code=AGENTS_PROMPT_UNLOCKED/,
      ],
      [
        "a lock that is none",
        { "greeter/greet.yaml": greet("1.0.0"), "prompts.lock.json": "[]" },
        /prompts\.lock\.json is not a lock file/,
      ],
      [
        "a broken file",
        {
          "greeter/greet.yaml": greet("1.0.0").replace("messages: [", "messages: ]"),
          "prompts.lock.json": LOCK,
        },
        /greet\.yaml:7:\d+: .* code=AGENTS_PROMPT_INVALID/,
      ],
    ];
    for (const [what, prompts, expected] of cases) {
      const { root, env } = project(t, prompts);
      const agent = spawnAgent(t, "greeter", { ...env, ...production });
      t.equal(await agent.exited, 78, what);
      t.match(agent.output(), expected, what);
      t.notMatch(agent.output(), "listens url=", what);
      rmSync(join(root, "prompts"), { recursive: true });
    }
  });
}

void t.test("elsewhere than in production no lock is needed", async (t) => {
  const { env } = project(t, { "greeter/greet.yaml": greet("1.0.0") });
  await t.resolves(startAgent(t, "greeter", { ...env, AGENTS_ENV: "staging" }));
});

void t.test("an agent without prompts needs no lock", async (t) => {
  const { env } = project(t, {});
  await t.resolves(startAgent(t, "greeter", { ...env, NODE_ENV: "production" }));
});

void t.test("prompts of a repository are held against the lock that lies beside them", async (t) => {
  const server = await githubServer(t);
  const { root, env } = project(t, {});
  const settings = {
    ...env,
    NODE_ENV: "production",
    AGENTS_PROMPTS_REPO: server.repo,
    AGENTS_PROMPTS_REF: "main",
    AGENTS_PROMPTS_API: server.api,
    AGENTS_PROMPTS_CACHE: join(root, "copies"),
  };
  server.commit({ "prompts/greeter/greet.yaml": greet("1.0.0"), "prompts/prompts.lock.json": LOCK });
  const agent = await startAgent(t, "greeter", settings);
  await agent.printed("warn: main is no commit");
  const changed = server.commit({
    "prompts/greeter/greet.yaml": greet("1.0.0", "# changed\n"),
    "prompts/prompts.lock.json": LOCK,
  });
  const unlocked = spawnAgent(t, "greeter", { ...settings, AGENTS_PROMPTS_REF: changed });
  t.match(
    await unlocked.printed("code=AGENTS_PROMPT_UNLOCKED"),
    /greet\.yaml has changed under version 1\.0\.0/,
  );
  t.equal(await unlocked.exited, 78);
});
