import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { findConfigFile, findProjectRoot } from "../../src/runtime/config/find.ts";
import { loadFresh } from "../../src/runtime/config/load-fresh.ts";
import { loadConfig, loadFile } from "../../src/runtime/config/load.ts";
import { AgentsError } from "../../src/runtime/model/errors.ts";

const GOOD = 'export default { name: "p", agents: { a: { entry: "a.ts" } } };\n';

/** What loading a config of this text fails with: here, and in a worker as for a reload. */
async function failures(dir: string, name: string, text: string): Promise<readonly AgentsError[]> {
  const file = join(dir, name);
  writeFileSync(file, text);
  const attempts = [() => loadFile(file), () => loadFresh(file)];
  return Promise.all(
    attempts.map(async (attempt) => {
      const error: unknown = await attempt().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error instanceof AgentsError) return error;
      throw new Error(`expected an AgentsError, got ${String(error)}`);
    }),
  );
}

const unreadable: readonly (readonly [title: string, name: string, text: string, expected: object])[] = [
  [
    "a TypeScript syntax error",
    "agents.config.ts",
    'export default {\n  name: "x",\n  agents: { a: }\n};\n',
    {
      message: /Expression expected/,
      details: {
        path: "agents.config.ts:3:16",
        lines: ["agents.config.ts:3:16", "  agents: { a: }", "               ^"],
      },
    },
  ],
  [
    "a JavaScript syntax error",
    "agents.config.mjs",
    "export default {\n  agents: { a: }\n};\n",
    { message: /Unexpected token/, details: { path: "agents.config.mjs:2:16" } },
  ],
  [
    "an enum",
    "agents.config.ts",
    "enum Kind { A }\nexport default { Kind };\n",
    { message: /enum is not supported/, details: { path: "agents.config.ts:1:1", hint: /plain objects/ } },
  ],
  [
    "an exception",
    "agents.config.ts",
    'function fail(): never {\n  throw new TypeError("no tea");\n}\nexport default fail();\n',
    { message: /it throws TypeError: no tea\./, details: { path: "agents.config.ts:2:9" } },
  ],
  [
    "no default export",
    "agents.config.ts",
    "export const config = {};\n",
    { message: /no default export/, details: { hint: /export default defineConfig/ } },
  ],
  [
    "a promise",
    "agents.config.mjs",
    "export default Promise.resolve({});\n",
    { message: /is a promise/, details: { hint: /synchronous/ } },
  ],
  ["a function", "agents.config.mjs", "export default () => ({});\n", { message: /is a function/ }],
  [
    "a package that is not installed",
    "agents.config.ts",
    'import "no-such-package";\nexport default {};\n',
    { message: /Cannot find package 'no-such-package'/, details: { hint: /npm install/ } },
  ],
  [
    "a relative import without its ending",
    "agents.config.ts",
    'import "./other";\nexport default {};\n',
    { message: /Cannot find module/, details: { hint: 'Write the file\'s ending: "./other.ts".' } },
  ],
  [
    "an import that is not exported",
    "agents.config.ts",
    'import { nothing } from "./other.ts";\nexport default { nothing };\n',
    { message: /does not provide an export named 'nothing'/, details: { path: "agents.config.ts:1:10" } },
  ],
  [
    "malformed JSON",
    "agents.config.json",
    '{\n  "name": "x",\n  "agents": {,}\n}',
    { message: /Expected property name/, details: { path: "agents.config.json:3:14" } },
  ],
  [
    "JSON that ends too early",
    "agents.config.json",
    '{\n  "name": "x"',
    { message: /Expected ',' or '}'/, details: { path: "agents.config.json:2:14" } },
  ],
  [
    "JSON with a word in it",
    "agents.config.json",
    '{\n  "name": yes\n}',
    { message: /Unexpected token 'y'/, details: { path: "agents.config.json:2:11" } },
  ],
  [
    "malformed YAML",
    "agents.config.yaml",
    "name: x\nagents:\n  a: { entry: a.ts\nb: 1\n",
    { details: { path: /^agents\.config\.yaml:4:\d+$/ } },
  ],
  [
    "a key twice in YAML",
    "agents.config.yaml",
    "name: x\nname: y\n",
    { message: /unique/, details: { path: "agents.config.yaml:2:1" } },
  ],
];

for (const [title, name, text, expected] of unreadable) {
  void t.test(`${title} is told with its place, now and at a reload`, async (t) => {
    const dir = t.testdir({ "other.ts": "export const something = 1;\n" });
    for (const error of await failures(dir, name, text)) {
      t.match(error, { code: "AGENTS_CONFIG_UNREADABLE", exitCode: 2 });
      t.match(error, expected, error.message);
    }
  });
}

void t.test("an error in a file that the config imports is told with that file", async (t) => {
  const dir = t.testdir({ "ports.ts": "export const port = ;\n" });
  for (const error of await failures(
    dir,
    "agents.config.ts",
    'import { port } from "./ports.ts";\nexport default { port };\n',
  )) {
    t.match(error.details.path, /^ports\.ts:1:\d+$/);
  }
});

void t.test("a config that ends the process is an error, not an end, at a reload", async (t) => {
  const dir = t.testdir({ "agents.config.mjs": "process.exit(0);\n" });
  await t.rejects(loadFresh(join(dir, "agents.config.mjs")), {
    code: "AGENTS_CONFIG_UNREADABLE",
    message: /it ends the process/,
  });
});

void t.test("TypeScript, JavaScript, JSON and YAML configs of the same content resolve equal", async (t) => {
  const content = {
    name: "p",
    resources: { redis: { kind: "redis" } },
    agents: { a: { entry: "a.ts", uses: ["redis"], port: 7000 } },
  };
  const json = JSON.stringify(content);
  const yaml =
    "name: p\nresources:\n  redis: { kind: redis }\nagents:\n  a:\n    entry: a.ts\n    uses: [redis]\n    port: 7000\n";
  const typed =
    'import { agent, defineConfig, redis } from "agents-apphost";\nconst cache = redis();\nexport default defineConfig({ name: "p", resources: { redis: cache }, agents: { a: agent({ entry: "a.ts", uses: [cache], port: 7000 }) } });\n';
  const texts = {
    "agents.config.ts": typed,
    "agents.config.mts": typed,
    "agents.config.js": `export default ${json};`,
    "agents.config.mjs": `export default ${json};`,
    "agents.config.json": json,
    "agents.config.yaml": yaml,
    "agents.config.yml": yaml,
  };
  const [first, ...others] = await Promise.all(
    Object.entries(texts).map(async ([name, text], index) => {
      const dir = join(t.testdirName, String(index));
      return { name, text, dir };
    }),
  ).then(async (files) => {
    t.testdir(Object.fromEntries(files.map(({ name, text }, index) => [String(index), { [name]: text }])));
    return Promise.all(files.map(async ({ dir }) => (await loadConfig({ cwd: dir })).config));
  });
  const placeless = (config: typeof first) =>
    JSON.parse(
      JSON.stringify(config)
        .replaceAll(config?.root ?? "?", "")
        .replaceAll(/agents\.config\.\w+/g, ""),
    );
  for (const other of others) t.strictSame(placeless(other), placeless(first));
});

void t.test(
  "the search goes upwards, takes the nearest, and prefers TypeScript within one folder",
  async (t) => {
    const dir = t.testdir({
      "agents.config.json": "{}",
      "agents.config.ts": GOOD,
      inner: { deep: { "x.txt": "" }, "agents.config.yaml": "" },
    });
    t.equal(await findConfigFile({ cwd: dir }), join(dir, "agents.config.ts"));
    t.equal(
      await findConfigFile({ cwd: join(dir, "inner", "deep") }),
      join(dir, "inner", "agents.config.yaml"),
    );
    t.equal(findProjectRoot({ cwd: join(dir, "inner", "deep") }), join(dir, "inner"));
    t.equal(findProjectRoot({ cwd: join(dir, "inner"), file: "../agents.config.json" }), dir);
  },
);

void t.test(
  "the folder of a project is found while its config is broken, and by its run when the config is gone",
  async (t) => {
    const dir = t.testdir({
      broken: { "agents.config.ts": "export default {{{" },
      gone: { ".agents": { "run.json": "{}" } },
    });
    t.equal(findProjectRoot({ cwd: join(dir, "broken") }), join(dir, "broken"));
    t.equal(findProjectRoot({ cwd: join(dir, "gone") }), join(dir, "gone"));
  },
);

void t.test("a file that does not exist and one that is no config are told apart", async (t) => {
  const dir = t.testdir({ "config.toml": "" });
  await t.rejects(findConfigFile({ cwd: dir, file: "nope.ts" }), {
    code: "AGENTS_CONFIG_NOT_FOUND",
    message: /nope\.ts does not exist/,
  });
  await t.rejects(findConfigFile({ cwd: dir, file: "config.toml" }), {
    code: "AGENTS_CONFIG_NOT_FOUND",
    message: /is not a config file/,
  });
  await t.rejects(findConfigFile({ cwd: dir, file: "." }), {
    code: "AGENTS_CONFIG_NOT_FOUND",
    details: { found: "a folder" },
  });
});

void t.test(
  "a reload sees what was saved, also in files that the config imports, and names those files",
  async (t) => {
    const dir = t.testdir({
      "agents.config.ts":
        'import { port } from "./ports.ts";\nexport default { name: "p", agents: { a: { entry: "a.ts", port } } };\n',
      "ports.ts": "export const port = 7001;\n",
    });
    const file = join(dir, "agents.config.ts");
    const before = await loadFile(file);
    t.equal(before.config.agents["a"]?.port, 7001);
    t.strictSame(before.files, [file, join(dir, "ports.ts")]);
    writeFileSync(join(dir, "ports.ts"), "export const port = 7002;\n");
    const after = await loadFresh(file);
    t.equal(after.config.agents["a"]?.port, 7002);
    t.strictSame(after.files, before.files);
    t.ok(Object.isFrozen(after.config.agents));
  },
);

void t.test("an invalid config carries every problem, for people and for scripts", async (t) => {
  const dir = t.testdir({
    "agents.config.yaml": "name: p\nagents:\n  a: { entry: a.ts, prot: 1, uses: [x] }\n",
  });
  await t.rejects(loadConfig({ cwd: dir }), {
    code: "AGENTS_CONFIG_INVALID",
    message: /agents\.config\.yaml: 2 problems$/,
    details: {
      path: "agents.a.prot",
      problems: [
        { path: "agents.a.prot", suggestion: "port" },
        { path: "agents.a.uses[0]", found: '"x"' },
      ],
    },
  });
});

void t.test("configs that are loaded at once leave the process as it was", async (t) => {
  const dir = t.testdir({ "a.mjs": "export default { name: 1 };", "b.mjs": "export default { name: 2 };" });
  const before = ownFunctions();
  await Promise.allSettled(["a", "b"].map(async (name) => loadFile(join(dir, `${name}.mjs`))));
  for (const [index, value] of ownFunctions().entries()) t.equal(value, before[index]);
});

function ownFunctions(): readonly unknown[] {
  return [Reflect.get(process.stdout, "write"), Reflect.get(process, "exit")];
}
