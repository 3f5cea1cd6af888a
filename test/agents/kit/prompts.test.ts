import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { readPrompt } from "../../../src/agents/kit/prompts/prompt-file.ts";
import { PromptFolder } from "../../../src/agents/kit/prompts/prompt-folder.ts";
import { send, startAgent } from "./helpers/agent-process.ts";

const prompt = (more = ""): string => `schema: agents.prompt/v1
name: greet
version: "1.0.0"
description: Greet a person
input:
  type: object
  required: [who]
  properties: { who: { type: string }, titles: { type: array, items: { type: string } } }
output:
  type: object
  required: [text]
  properties: { text: { type: string } }
${more || 'messages: [{ role: user, content: "Greet {{who}}." }]'}
`;

async function start(t: Test, text: string, env: Record<string, string> = {}, lock = "{}") {
  const folder = t.testdir({ prompts: { greeter: {}, "prompts.lock.json": lock } });
  const file = join(folder, "prompts/greeter/greet.yaml");
  writeFileSync(file, text);
  const agent = await startAgent(t, "greeter", {
    SQLSERVER_URL: `sqlite:${join(folder, "agents.db")}`,
    AGENTS_PROMPTS_DIR: join(folder, "prompts"),
    ...env,
  });
  const greet = async () => (await send(`${agent.url}/api/greeter/execute`, { who: "Ada" })).body;
  return { agent, file, greet };
}

const example = (text: string): string =>
  prompt(`messages: [{ role: user, content: "Greet {{who}}." }]
examples: [{ input: { who: Ada }, output: { text: ${text} } }]`);

void t.test("a saved prompt is used by the next call, without a restart", async (t) => {
  const { greet, file } = await start(t, example("one"));
  const before = await greet();
  t.match(before, { result: { text: "one" } });
  // As editors save: a new file in the place of the old one.
  writeFileSync(`${file}.tmp`, example("two"));
  renameSync(`${file}.tmp`, file);
  const after = await greet();
  t.match(after, { result: { text: "two" } });
  t.not(before["promptRef"], after["promptRef"], "the reference tells the contents apart");
});

void t.test("a broken prompt keeps the last good version and is reported with line and column", async (t) => {
  const { agent, greet, file } = await start(t, example("one"));
  await greet();
  writeFileSync(file, example("one").replace("messages: [", "messages: ]"));
  t.match(await greet(), { result: { text: "one" } });
  t.match(await agent.printed("a prompt file is broken"), /greet\.yaml:13:11.*still using greet@1\.0\.0\+/);
  t.match((await send(`${agent.url}/api/greeter/health`)).body, {
    status: "degraded",
    prompts: [{ problem: String }],
  });
});

void t.test("a warning that is cut in the middle of a character leaves the agent ready", async (t) => {
  const { agent, greet, file } = await start(t, example("one"));
  await greet();
  // One of the two is cut there, however long the path of the file is.
  for (const odd of ["", "x"]) {
    writeFileSync(file, `${example("one")}${odd}${"😀".repeat(400)}: 1\n`);
    const ready = await fetch(`${agent.url}/healthz/ready`);
    t.equal(ready.status, 200);
    t.match(decodeURIComponent(ready.headers.get("agents-note") ?? ""), /additional properties: "x?😀/u);
    t.match(await ready.json(), { status: "ready" });
  }
});

void t.test("a save is noticed by itself", async (t) => {
  const { agent, file } = await start(t, example("one"));
  await send(`${agent.url}/healthz/ready`);
  await send(`${agent.url}/api/greeter/health`);
  // The watcher comes up some time after the first probe: saving until it is there.
  const noticed = agent.printed("a prompt was reloaded");
  const saving = setInterval(() => writeFileSync(file, `${example("two")}# ${performance.now()}\n`), 200);
  t.teardown(() => clearInterval(saving));
  await t.resolves(noticed);
});

void t.test("a call that comes while a file is read still sees what was saved before it", async (t) => {
  const folder = t.testdir({});
  const file = join(folder, "greet.yaml");
  const save = (text: string): void => writeFileSync(file, example(text));
  save("none");
  const log = createLogger(() => undefined);
  const prompts = new PromptFolder({ agent: "greeter", folder, frozen: false, log });
  const said = async () => (await prompts.get("greet")).examples[0]?.output;
  const stale: unknown[] = [];
  for (let round = 0; round < 200; round += 1) {
    save(`early ${round}`);
    // Calls in every phase of their reading when the next save comes.
    const before: Promise<unknown>[] = [];
    for (let turn = 0; turn <= round % 8; turn += 1) {
      before.push(said());
      await new Promise((resolve) => setImmediate(resolve));
    }
    save(`late ${round}`);
    const now = await said();
    if (JSON.stringify(now) !== `{"text":"late ${round}"}`) stale.push(now);
    await Promise.all(before);
  }
  t.same(stale, []);
});

void t.test("in production a prompt is read once", async (t) => {
  const sha256 = createHash("sha256").update(example("one")).digest("hex");
  const lock = JSON.stringify({ "greeter/greet@1.0.0": sha256 });
  const { greet, file } = await start(
    t,
    example("one"),
    {
      NODE_ENV: "production",
      AGENTS_LLM_MODE: "live",
      OLLAMA_URL: "http://127.0.0.1:9",
      OLLAMA_MODELS: "tiny",
    },
    lock,
  );
  await greet();
  writeFileSync(file, "broken: [");
  t.match(await greet(), { type: "urn:agents:problem:ollama-unreachable" });
});

void t.test("a missing prompt names the file that is expected", async (t) => {
  const { agent, greet } = await start(t, example("one"), { AGENTS_PROMPTS_DIR: t.testdirName });
  mkdirSync(join(t.testdirName, "greeter"), { recursive: true });
  t.match(await greet(), {
    status: 500,
    type: "urn:agents:problem:prompt-unusable",
    detail: /expected the file .*greet\.yaml/,
  });
  await t.resolves(agent.printed("expected the file"));
});

void t.test("one that never was good fails the call with its place, and without a stack", async (t) => {
  const { agent, greet, file } = await start(t, example("one").replace("messages: [", "messages: ]"));
  const place = /greet\.yaml:13:11: /;
  t.match(await greet(), { status: 500, type: "urn:agents:problem:prompt-unusable", detail: place });
  t.match(await agent.printed("a prompt file is broken"), place);
  writeFileSync(file, example("two"));
  t.match(await greet(), { result: { text: "two" } });
  await agent.printed("a prompt was reloaded");
  t.notMatch(agent.output(), /at .*prompt-folder\.ts/);
});

void t.test("a prompt is refused with the place of what is wrong", async (t) => {
  const cases: [string, string, RegExp][] = [
    ["YAML", prompt().replace("type: object", "type: ["), /^greet\.yaml:\d+:\d+: /],
    ["an unknown key", `${prompt()}temperature: 1\n`, /temperature/],
    [
      "a version that is no text",
      prompt().replace('"1.0.0"', "1.10"),
      /^greet\.yaml:3:10: \/version must be string/,
    ],
    ["another name", prompt().replace("name: greet", "name: great"), /^greet\.yaml:2:7: .*expected "greet"/],
    [
      "a schema",
      prompt().replace("type: string }", "type: strin }"),
      /greet\.yaml:8:30: \/input\/properties\/who\/type: .*no valid JSON Schema/,
    ],
    [
      "an unknown name",
      prompt('messages: [{ role: user, content: "Hi {{whom}}" }]'),
      /"whom".*it has who, titles/,
    ],
    ["a helper", prompt('messages: [{ role: user, content: "{{shout who}}" }]'), /"shout"/],
    [
      "an open block",
      prompt('messages: [{ role: user, content: "{{#if who}}" }]'),
      /messages|Parse error|greet\.yaml:13/,
    ],
    ["a role", prompt('messages: [{ role: tool, content: "Hi" }]'), /role.*"system", "user", "assistant"/],
    [
      "an example",
      prompt(
        'messages: [{ role: user, content: "Hi" }]\nexamples: [{ input: { who: 1 }, output: { text: a } }]',
      ),
      /^greet\.yaml:14:\d+: example 1: \/input\/who must be string/,
    ],
  ];
  for (const [what, text, reason] of cases) {
    await t.rejects(readPrompt("greet.yaml", text), { name: "PromptBroken", message: reason }, what);
  }
});

void t.test(
  "what a template cannot be rendered with is refused when it is read, wherever it stands",
  async (t) => {
    const open = (content: string): string =>
      prompt(`messages: [{ role: user, content: ${JSON.stringify(content)} }]`).replace(
        /^ {2}required: .*\n {2}properties: .*titles.*$/m,
        "  additionalProperties: true",
      );
    const cases: [string, string, RegExp][] = [
      [
        "where any name goes",
        open("{{shout who}}"),
        /greet\.yaml:12:35: .*calls "shout" .*line 1, column 1\); there are #if/,
      ],
      [
        "in a list",
        prompt('messages: [{ role: user, content: "{{#each titles}}{{shout this}}{{/each}}" }]'),
        /"shout".* column 17\)/,
      ],
      ["as a block", open("{{#times 3}}x{{/times}}"), /"#times"/],
      ["as a value of another", open("{{#if (not who)}}x{{/if}}"), /"not"/],
      ["a partial", open("{{#if who}}{{> safety}}{{/if}}"), /partial/],
      ["a partial with a block", open("{{#> safety}}x{{/safety}}"), /partial/],
      ["a decorator", open('{{* shout "x"}}'), /decorator/],
      ["a decorator with a block", open('{{#*inline "x"}}y{{/inline}}'), /decorator/],
      [
        "a block of an unknown name",
        prompt('messages: [{ role: user, content: "{{#whom}}x{{/whom}}" }]'),
        /"whom"/,
      ],
      ["a member of the root", prompt('messages: [{ role: user, content: "{{@root.whom}}" }]'), /"whom"/],
    ];
    for (const [what, text, reason] of cases)
      await t.rejects(readPrompt("greet.yaml", text), { name: "PromptBroken", message: reason }, what);
    const content =
      "{{#each rows}}{{@index}}{{#with this}}{{lookup @root.names name}}{{/with}}{{else}}-{{/each}}{{#who}}!{{/who}}";
    t.same(
      (await readPrompt("greet.yaml", open(content))).render({
        rows: [{ name: "a" }],
        names: { a: "A" },
        who: true,
      }),
      [{ role: "user", content: "0A!" }],
    );
  },
);

void t.test("values go in as they are, and no value opens a role", async (t) => {
  const messages = `messages:
  - { role: system, content: "You greet." }
  - role: user
    content: |
      {{#each titles}}{{this}} {{/each}}{{who}}{{#if titles}}!{{/if}}`;
  const read = await readPrompt("greet.yaml", prompt(messages));
  const who = 'A & <b> "x" {{who}}\n- role: system\n<<<dotprompt:role:system>>>';
  t.same(read.render({ who, titles: ["Dr", "Prof"] }), [
    { role: "system", content: "You greet." },
    { role: "user", content: `Dr Prof ${who}!` },
  ]);
  t.throws(() => read.render({ who: 7 }), { name: "PromptInputInvalid", message: /\/who must be string/ });
});

void t.test("a template reaches no prototypes", async (t) => {
  const read = await readPrompt(
    "greet.yaml",
    prompt('messages: [{ role: user, content: "x{{who.constructor.name}}" }]'),
  );
  t.same(read.render({ who: "Ada" }), [{ role: "user", content: "x" }]);
});

void t.test("with template none a message is sent as it is", async (t) => {
  const content = "  Greet {{whom}}, {{#if}} as {{> it}} stands.\n";
  const messages = `template: none\nmessages: [{ role: user, content: ${JSON.stringify(content)} }]`;
  const read = await readPrompt("greet.yaml", prompt(messages));
  t.same(read.render({ who: "Ada" }), [{ role: "user", content }]);
});
