import { existsSync, mkdirSync, readFileSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { XMLParser } from "fast-xml-parser";
import { shop } from "./projects.ts";
import { scriptedOllama } from "../agents/kit/helpers/scripted-ollama.ts";
import { cli, errorIn } from "./run-cli.ts";

const greet = (version: string, more = ""): string => `schema: agents.prompt/v1
name: greet
version: "${version}"
description: Greet a person
input: { type: object, required: [who], properties: { who: { type: string } } }
output: { type: object, required: [text], properties: { text: { type: string } } }
messages:
  - { role: system, content: You greet. }
  - { role: user, content: "Greet {{who}}." }
examples:
  - { input: { who: Ada }, output: { text: Good morning Ada } }
${more}`;

const TESTS = `tests:
  - { name: polite, input: { who: Ada }, assert: [{ schema: true }, { path: /text, contains: Ada }] }
  - { name: wrong & <odd>, input: { who: Ada }, assert: [{ path: /text, equals: Hi }] }
  - { name: made up, input: { who: Bob }, assert: [{ path: /text, contains: Bob }] }
  - { name: in shape, input: { who: Bob }, assert: [{ schema: true }] }
`;

const project = {
  ...shop,
  prompts: {
    greeter: { "greet.yaml": greet("2.0.0", TESTS), "greet@1.0.0.yaml": greet("1.0.0"), "_part.yaml": "x" },
    bard: { "story.yaml": "template: About {{$topic}}.\n" },
  },
};

const data = (result: { readonly stdout: string }): unknown => JSON.parse(result.stdout);

void t.test("prompts are listed, shown and rendered", async (t) => {
  const cwd = t.testdir(project);
  const [list, show, render, values, none, both, typo, bare, ninth, first, mode, nameless] =
    await Promise.all([
      cli({ cwd }, "prompts", "list"),
      cli({ cwd }, "prompts", "show", "greet@^1"),
      cli({ cwd }, "prompts", "render", "greeter/greet", "--json"),
      cli({ cwd }, "prompts", "render", "story", "--data", '{"topic":"a fox"}'),
      cli({ cwd }, "prompts", "show", "greet@^3", "--json"),
      cli({ cwd }, "prompts", "render", "greet", "--data", '{"who":7}', "--json"),
      cli({ cwd }, "prompts", "lnt", "--json"),
      cli({ cwd }, "prompts"),
      cli({ cwd }, "prompts", "render", "greeter/greet", "--example", "9"),
      cli({ cwd }, "prompts", "render", "greeter/greet", "--example", "first"),
      cli({ cwd }, "prompts", "test", "--llm", "cloud"),
      cli({ cwd }, "prompts", "show"),
    ]);
  t.match(list.stdout, /^greeter +greet +2\.0\.0 +4 +prompts\/greeter\/greet\.yaml$/m);
  t.match(list.stdout, /^greeter +greet +1\.0\.0 +0 /m);
  t.match(list.stdout, /^bard +story +0\.0\.0 /m);
  t.match(show.stdout, /^# greeter\/greet@1\.0\.0\+[0-9a-f]{12} .*\nschema: agents\.prompt\/v1\n/);
  t.match(data(render), {
    ref: /^greet@2\.0\.0\+/,
    messages: [
      { role: "system", content: "You greet." },
      { role: "user", content: "Greet Ada." },
    ],
  });
  t.equal(values.stdout, "user\nAbout a fox.\n\n");
  t.match(errorIn(none), {
    code: "AGENTS_NAME_UNKNOWN",
    hint: /greeter\/greet@2\.0\.0, greeter\/greet@1\.0\.0/,
  });
  t.match(errorIn(both), { code: "AGENTS_USAGE", message: /\/who must be string/ });
  t.match(errorIn(typo), { code: "AGENTS_USAGE", hint: /Did you mean lint\?/ });
  t.match(bare, { code: 0, stderr: /^ {2}agents prompts list .*\n/ });
  t.match(ninth.stderr, /^greet@2\.0\.0\+\w+ has no example 9: it has 1\.\n/);
  t.match(first.stderr, /^--example is "first": expected the number of an example, from 1\.\n/);
  t.match(
    mode.stderr,
    /^--llm is "cloud": expected sample, replay, record or live\.\n {2}See: agents prompts test --help/,
  );
  t.match(nameless.stderr, "See: agents prompts show --help");
});

void t.test("lint finds what is wrong by file, line and column, and keeps a lock", async (t) => {
  const cwd = t.testdir(project);
  const [lock, working] = [join(cwd, "prompts/prompts.lock.json"), join(cwd, "prompts/greeter/greet.yaml")];
  const frozen = join(cwd, "prompts/greeter/greet@1.0.0.yaml");
  t.match(await cli({ cwd }, "prompts", "lint"), {
    code: 0,
    stdout: "3 files, 0 problems\n",
    stderr: /--update/,
  });
  t.match(await cli({ cwd }, "prompts", "lint", "--update"), {
    code: 0,
    stdout: /wrote prompts\/prompts\.lock\.json/,
  });
  const written = readFileSync(lock, "utf8");
  t.same(Object.keys(JSON.parse(written)), [
    "bard/story@0.0.0",
    "greeter/greet@1.0.0",
    "greeter/greet@2.0.0",
  ]);
  t.match(await cli({ cwd }, "prompts", "lint"), { code: 0, stdout: "3 files, 0 problems\n", stderr: "" });

  writeFileSync(working, greet("2.0.0", `${TESTS}# changed\n`));
  t.match(await cli({ cwd }, "prompts", "lint"), {
    code: 1,
    stdout: /^prompts\/greeter\/greet\.yaml:3:10: the content has changed under the same version/,
  });
  writeFileSync(working, greet("2.1.0", TESTS));
  const moved = data(await cli({ cwd }, "prompts", "lint", "--json"));
  t.match(moved, {
    problems: [{ line: 3, message: /not in the lock/ }, { message: /greet@2\.0\.0 is in the lock/ }],
  });
  writeFileSync(frozen, greet("1.0.0", "# changed\n"));
  t.match(await cli({ cwd }, "prompts", "lint", "--update"), {
    code: 1,
    stdout: /a frozen version has changed/,
  });
  t.equal(readFileSync(lock, "utf8"), written, "a lock that would hide it is not written");
  writeFileSync(frozen, greet("1.0.0"));
  t.match(await cli({ cwd }, "prompts", "lint", "--update"), { code: 0 });

  writeFileSync(
    working,
    greet("2.1.0", TESTS.replace("who: Bob", "who: 1").replace("{ schema: true }", "{ schema: false }")),
  );
  const broken = data(await cli({ cwd }, "prompts", "lint", "--json"));
  t.match(broken, { problems: [{ line: 13, message: /must be equal to constant: true/ }] });
  t.match(broken, { problems: { length: 1 } }, "a broken file is not said to be gone from the lock");
  writeFileSync(working, greet("2.1.0", TESTS.replace("who: Bob", "who: 1")));
  t.match(await cli({ cwd }, "prompts", "lint"), {
    code: 1,
    stdout: /greet\.yaml:15:29: test "made up": .*\/who must be string/,
  });
});

void t.test(
  "what cannot be read or rendered is a finding of lint, and no crash of any command",
  async (t) => {
    const cwd = t.testdir(project);
    mkdirSync(join(cwd, "prompts/bard/folder.yaml"));
    symlinkSync("nowhere", join(cwd, "prompts/bard/gone.yaml"));
    const open = greet("2.0.0", TESTS)
      .replace("required: [who], properties: { who: { type: string } }", "additionalProperties: true")
      .replace("Greet {{who}}.", "Greet {{loudly who}}.");
    writeFileSync(join(cwd, "prompts/greeter/greet.yaml"), open);
    const [lint, render, test, nothing] = await Promise.all([
      cli({ cwd }, "prompts", "lint"),
      cli({ cwd }, "prompts", "render", "greet@2.0.0", "--json"),
      cli({ cwd }, "prompts", "test", "greet", "--json"),
      cli({ cwd }, "prompts", "render", "greet@1.0.0", "--data", "null", "--json"),
    ]);
    t.equal(lint.code, 1);
    t.match(lint.stdout, /^prompts\/bard\/folder\.yaml:1:1: it cannot be read: it is a folder$/m);
    t.match(lint.stdout, /^prompts\/bard\/gone\.yaml:1:1: it cannot be read: no such file or folder$/m);
    t.match(lint.stdout, /^prompts\/greeter\/greet\.yaml:9:\d+: the template calls "loudly"/m);
    for (const result of [render, test])
      t.match(errorIn(result), { code: "AGENTS_PROMPT_INVALID", message: /calls "loudly"/ });
    t.match(errorIn(nothing), { code: "AGENTS_USAGE", path: "--data", found: "null" });
  },
);

void t.test("lint of a project without prompts says so, and writes no lock", async (t) => {
  const root = t.testdir({ none: shop, file: { ...structuredClone(shop), prompts: "no folder" } });
  const results = await Promise.all(
    ["none", "file"].flatMap((name) => [
      cli({ cwd: join(root, name) }, "prompts", "lint"),
      cli({ cwd: join(root, name) }, "prompts", "lint", "--update"),
    ]),
  );
  for (const { code, stdout, stderr } of results) {
    t.equal(stdout, "0 files, 0 problems\n");
    t.match(stderr, /^no prompts: /);
    t.equal(code, 0);
  }
  t.notOk(existsSync(join(root, "none/prompts")));
});

void t.test("a lock that cannot be read or written is told with what to do", async (t) => {
  const cwd = t.testdir(project);
  const lock = join(cwd, "prompts/prompts.lock.json");
  mkdirSync(lock);
  t.match(errorIn(await cli({ cwd }, "prompts", "lint", "--json")), {
    code: "AGENTS_PROMPT_UNLOCKED",
    message: /prompts\.lock\.json cannot be read: it is a folder/,
  });
  rmdirSync(lock);
  symlinkSync("nowhere/at-all.json", lock);
  t.match(errorIn(await cli({ cwd }, "prompts", "lint", "--update", "--json")), {
    code: "AGENTS_FILES_UNWRITABLE",
    message: /prompts\.lock\.json cannot be written: no such file or folder/,
  });
});

void t.test("an assertion that names a place and nothing else expects something there", async (t) => {
  const tests = `tests:
  - { name: there, input: { who: Ada }, assert: [{ path: /text }] }
  - { name: not there, input: { who: Ada }, assert: [{ path: /txet }] }
`;
  const cwd = t.testdir({ ...shop, prompts: { greeter: { "greet.yaml": greet("2.0.0", tests) } } });
  t.match(data(await cli({ cwd }, "prompts", "test", "--json")), {
    results: [{ at: "passed" }, { at: "failed", reason: "expected /txet to be there" }],
  });
});

void t.test("tests of prompts run on the sample, and are reported as a table, JSON and JUnit", async (t) => {
  const cwd = t.testdir(project);
  const [text, json] = await Promise.all([
    cli({ cwd }, "prompts", "test", "--junit", "report.xml"),
    cli({ cwd }, "prompts", "test", "greet@^2", "--json"),
  ]);
  t.equal(text.code, 1);
  t.match(text.stdout, /^passed +greeter\/greet@2\.0\.0 +polite /m);
  t.match(text.stdout, /^failed .*expected \/text to be "Hi", it is "Good morning Ada"$/m);
  t.match(text.stdout, /^2 passed, 1 failed, 1 skipped on sample$/m);
  t.match(data(json), {
    llm: "sample",
    results: [
      { at: "passed" },
      { at: "failed" },
      { at: "skipped", reason: /makes values up/ },
      { at: "passed" },
    ],
  });
  const report = new XMLParser({ ignoreAttributes: false }).parse(
    readFileSync(join(cwd, "report.xml"), "utf8"),
  );
  const suite = report.testsuites.testsuite;
  t.match(suite, { "@_name": "greeter", "@_tests": "4", "@_failures": "1", "@_skipped": "1" });
  t.match(suite.testcase[1], {
    "@_name": "wrong & <odd>",
    failure: { "@_message": /expected \/text to be "Hi"/ },
  });
});

void t.test(
  "a cassette that is not there and a model that is not named are told, not replaced by a sample",
  async (t) => {
    const cwd = t.testdir(project);
    const [replay, live] = await Promise.all([
      cli({ cwd }, "prompts", "test", "greet", "--llm", "replay", "--json"),
      cli({ cwd, env: { OLLAMA_MODELS: "" } }, "prompts", "test", "greet", "--llm", "live", "--json"),
    ]);
    t.match(data(replay), {
      results: [{ at: "error", reason: /No cassette answers .*agents prompts test --llm record$/ }],
    });
    t.match(errorIn(live), { code: "AGENTS_USAGE", hint: /OLLAMA_MODELS/ });
  },
);

void t.test("tests on a model can be recorded, and run again from the cassettes without it", async (t) => {
  const cwd = t.testdir(project);
  const ollama = await scriptedOllama(t, [{ text: '{"text":"Hello Bob"}' }]);
  const outcome = {
    llm: "record",
    results: ["failed", "failed", "passed", "passed"].map((at) => ({ at, generatedBy: "live" })),
  };
  const test = ["prompts", "test", "greet", "--json"];
  t.match(data(await cli({ cwd, env: ollama.env }, ...test, "--llm", "record")), outcome);
  t.match(ollama.asked[2]?.messages.at(-1), { role: "user", content: "Greet Bob." });
  const asked = ollama.asked.length;
  const replayed = data(await cli({ cwd, env: ollama.env }, ...test, "--llm", "replay"));
  t.match(replayed, {
    llm: "replay",
    results: outcome.results.map(({ at }) => ({ at, generatedBy: "cassette" })),
  });
  t.equal(ollama.asked.length, asked, "the model was not asked again");
});
