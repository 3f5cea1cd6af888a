import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import t from "tap";
import { inventory } from "../../src/agents/kit/prompts/read-files.ts";
import { lint } from "../../src/agents/kit/prompts/tool/lint.ts";
import { promptTextIn, textsIn } from "../helpers/prompt-text.ts";
import { REPO } from "../helpers/cli.ts";

/** An agent: where its code is, and the project that its prompts belong to. */
const agents = [
  ...agentsIn("src/agents", "."),
  ...agentsIn("templates/agent/src/agents", "templates/agent"),
  { name: "greeter", code: "examples/hello/src/greeter", project: "examples/hello" },
].filter(({ name }) => name !== "kit");

function agentsIn(folder: string, project: string) {
  return readdirSync(join(REPO, folder)).map((name) => ({ name, code: join(folder, name), project }));
}

function sources(folder: string): readonly (readonly [file: string, text: string])[] {
  const files = readdirSync(join(REPO, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [join(folder, file), readFileSync(join(REPO, folder, file), "utf8")] as const);
}

void t.test("no prompt text is in the code of an agent", async (t) => {
  t.ok(agents.length >= 7, "the agents are there");
  for (const { name, code } of agents) {
    const found = sources(code).flatMap(([file, text]) =>
      promptTextIn(file, text).map(({ line, what }) => `${file}:${line} ${what}`),
    );
    t.same(found, [], name);
  }
});

void t.test(
  "every prompt that code asks for is a file, every file is named in code, and nothing is wrong with them",
  async (t) => {
    for (const project of new Set(agents.map((agent) => agent.project))) {
      const root = join(REPO, project);
      const files = await inventory(String, join(root, "prompts"));
      t.same((await lint(join(root, "prompts"), String, files, false)).problems, [], project);
      for (const { name, code } of agents.filter((agent) => agent.project === project)) {
        const read = sources(code).map(([file, text]) => textsIn(file, text));
        const there = new Set(files.filter((file) => file.agent === name).map((file) => file.name));
        const asked = read.flatMap(({ prompts }) => prompts);
        t.same(
          asked.filter((prompt) => !there.has(prompt)),
          [],
          `${name} in ${basename(root)} asks for nothing that is no file`,
        );
        const texts = new Set(read.flatMap((one) => one.texts));
        t.same(
          [...there].filter((prompt) => !texts.has(prompt)),
          [],
          `${name} in ${basename(root)} names every file`,
        );
      }
    }
  },
);

const PLANTED: readonly (readonly [what: string, code: string, found: RegExp])[] = [
  ["a client of a model", 'import OpenAI from "openai";', /imports openai/],
  ["a client that is imported late", 'const { Ollama } = await import("ollama");', /imports ollama/],
  ["the kit's model", "await this.#kit.model.generate({ messages }, options);", /uses the model itself/],
  ["the model taken out", "const { model } = kit;", /takes the model out/],
  ["a message", 'const message = { role: "system", content };', /writes a message of system/],
  [
    "a sentence among the values",
    'await kit.generate(ctx, { prompt: "greet", input: { who, rules: `Never mention ${name} by name` } });',
    /gives a prompt the text "Never mention … by name"/,
  ],
  ["words for a model", 'const text = "You are a helpful clerk.";', /says to a model/],
  ["more words for a model", "const text = `Answer only JSON, ${name}`;", /says to a model/],
];

for (const [what, code, expected] of PLANTED) {
  void t.test(`the check finds ${what}`, async (t) => {
    t.match(promptTextIn("planted.ts", `const before = 1;\n${code}\n`), [{ line: 2, what: expected }]);
  });
}

void t.test("the check lets pass what an agent does", async (t) => {
  const code = `const { output } = await kit.generate(ctx, { prompt: "word-it", input: { who }, output: z.object({ text }) });
throw invalid(\`You have \${count} tickets, more than the plan allows\`);`;
  t.same(promptTextIn("planted.ts", code), []);
});
