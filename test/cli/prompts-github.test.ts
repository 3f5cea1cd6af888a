import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { githubServer } from "../helpers/github-server.ts";
import { shop } from "./projects.ts";
import { cli, errorIn } from "./run-cli.ts";

const greet = (more = ""): string => `schema: agents.prompt/v1
name: greet
version: "1.0.0"
description: Greet a person
input: { type: object, required: [who], properties: { who: { type: string } } }
output: { type: object, required: [text], properties: { text: { type: string } } }
messages: [{ role: user, content: "Greet {{who}}." }]
examples: [{ input: { who: Ada }, output: { text: Good morning Ada } }]
tests: [{ name: polite, input: { who: Ada }, assert: [{ path: /text, contains: Ada }] }]
${more}`;
const TOKEN = "ghp_aTokenThatIsPrintedNowhere";

async function project(t: Test) {
  const server = await githubServer(t, { token: TOKEN });
  const commit = server.commit({ "agents/greeter/greet.yaml": greet() });
  const config: unknown = JSON.parse(shop["agents.config.json"]);
  const cwd = t.testdir({
    ...shop,
    "agents.config.json": JSON.stringify({
      ...Object(config),
      prompts: {
        kind: "github",
        repo: server.repo,
        ref: "main",
        path: "agents",
        api: server.api,
        tokenFrom: "PROMPTS_TOKEN",
      },
    }),
    prompts: { greeter: { "greet.yaml": "this: is another one\n" } },
  });
  return { server, commit, cwd, env: { PROMPTS_TOKEN: TOKEN } };
}

void t.test("the commands on prompts work on those of the repository that the config names", async (t) => {
  const { commit, cwd, env } = await project(t);
  const short = commit.slice(0, 7);
  const list = await cli({ cwd, env }, "prompts", "list");
  t.match(
    list.stdout,
    new RegExp(`greeter +greet +1\\.0\\.0 +1 +my-org/prompts@${short}:agents/greeter/greet\\.yaml`),
  );
  const [show, render, lint, update, test, config] = [
    await cli({ cwd, env }, "prompts", "show", "greet"),
    await cli({ cwd, env }, "prompts", "render", "greet"),
    await cli({ cwd, env }, "prompts", "lint"),
    await cli({ cwd, env }, "prompts", "lint", "--update", "--json"),
    await cli({ cwd, env }, "prompts", "test"),
    await cli({ cwd, env }, "config"),
  ];
  t.match(show.stdout, `my-org/prompts@${short}:agents/greeter/greet.yaml\nschema: agents.prompt/v1`);
  t.equal(render.stdout, "user\nGreet Ada.\n\n");
  t.match(lint, { code: 0, stdout: "1 file, 0 problems\n", stderr: /there is no .*prompts\.lock\.json/ });
  t.match(errorIn(update), {
    code: "AGENTS_USAGE",
    message: /come from my-org\/prompts@main, whose lock is not written here/,
  });
  t.match(test, { code: 0, stdout: /1 passed, 0 failed, 0 skipped on sample/ });
  t.match(config.stdout, /from: github\n +repo: my-org\/prompts\n/);
  for (const { stdout, stderr } of [list, show, render, lint, update, test, config])
    t.notMatch(stdout + stderr, TOKEN);
});

void t.test("a broken file of a repository is told with line and column", async (t) => {
  const { cwd, env, server } = await project(t);
  const commit = server.commit({
    "agents/greeter/greet.yaml": greet().replace("messages: [", "messages: ]"),
  });
  t.match(await cli({ cwd, env }, "prompts", "lint"), {
    code: 1,
    stdout: new RegExp(`^my-org/prompts@${commit.slice(0, 7)}:agents/greeter/greet\\.yaml:7:\\d+: `),
  });
});

void t.test("offline the copy serves and it is said; without one it is an error", async (t) => {
  const { commit, cwd, env, server } = await project(t);
  await cli({ cwd, env }, "prompts", "list");
  const cache = join(cwd, ".agents/prompts");
  t.ok(existsSync(cache), "the copy lies with the other state of the project");
  const known = join(cache, readdirSync(cache)[0] ?? "", "refs/main.json");
  const ref: unknown = JSON.parse(readFileSync(known, "utf8"));
  writeFileSync(known, JSON.stringify({ ...Object(ref), checkedAt: Date.now() - 60_000 }));
  await server.close();
  const offline = await cli({ cwd, env }, "prompts", "list");
  t.match(offline, { code: 0, stdout: new RegExp(`my-org/prompts@${commit.slice(0, 7)}:`) });
  t.match(
    offline.stderr,
    new RegExp(`prompts are the copy of my-org/prompts@main \\(${commit.slice(0, 7)}\\) .*ECONNREFUSED`),
  );
  const config = join(cwd, "agents.config.json");
  writeFileSync(config, readFileSync(config, "utf8").replace('"ref":"main"', '"ref":"other"'));
  const without = await cli({ cwd, env }, "prompts", "list", "--json");
  t.equal(without.code, 1);
  t.match(errorIn(without), {
    code: "AGENTS_PROMPT_SOURCE_FAILED",
    message: /ECONNREFUSED.*and there is no copy of them here\.$/,
    hint: /network/,
  });
});

void t.test("while the config is broken the folder of the project is used, and that is said", async (t) => {
  const { cwd, env } = await project(t);
  writeFileSync(join(cwd, "agents.config.json"), "{");
  t.match(await cli({ cwd, env }, "prompts", "list"), {
    code: 0,
    stdout: /prompts\/greeter\/greet\.yaml/,
    stderr: /The config has a problem .*the prompts of .*prompts are used/,
  });
});
