import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import type { Test } from "tap";
import { DOMAIN_PRIMITIVES } from "../../src/cli/check/rules.ts";
import {
  allowedIn,
  forbiddenIn,
  FORMS as USUAL_FORMS,
  ODD_FORMS,
  WRONG_IN_EVENTS,
} from "../helpers/agent-plants.ts";
import { REPO } from "../helpers/cli.ts";
import { pick } from "../helpers/system.ts";
import { cli, errorIn } from "./run-cli.ts";

const FORMS = [...USUAL_FORMS, ...ODD_FORMS];

interface Found {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A project with the agents one and two, and these files. */
function project(t: Test, files: Readonly<Record<string, string>>): string {
  const agents = Object.fromEntries(
    ["one", "two"].map((name) => [name, { entry: `src/agents/${name}/main.ts` }]),
  );
  const tree: Record<string, unknown> = { "agents.config.json": JSON.stringify({ name: "x", agents }) };
  const all = { "src/agents/one/main.ts": "", "src/agents/two/main.ts": "", ...files };
  for (const [path, text] of Object.entries(all)) {
    const folders = path.split("/");
    const name = folders.pop() ?? "";
    let here = tree;
    for (const folder of folders) {
      here[folder] ??= {};
      here = here[folder] as Record<string, unknown>;
    }
    here[name] = text;
  }
  return t.testdir(tree as Parameters<Test["testdir"]>[0]);
}

async function check(cwd: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await cli({ cwd }, "check", ...args, "--json");
  if (stdout === "") throw new Error(stderr);
  const { violations } = JSON.parse(stdout) as { readonly violations: readonly Found[] };
  return { code, violations };
}

t.test(
  "what breaks a rule of this repository's lint breaks one of agents check, however it is imported",
  async (t) => {
    const wrong = forbiddenIn("one", "two").filter(({ rule }) => rule !== null);
    const files = Object.fromEntries(
      FORMS.flatMap((write, form) =>
        wrong
          .filter(({ file }) => !file.endsWith("/events.ts"))
          .map(({ file, imports }) => [file.replace(/\.ts$/, `-${form}.ts`), write(imports)]),
      ),
    );
    const { code, violations } = await check(project(t, files));
    t.equal(code, 1);
    for (const [form] of FORMS.entries())
      for (const { file, imports, rule } of wrong) {
        if (file.endsWith("/events.ts")) continue;
        const name = file.replace(/\.ts$/, `-${form}.ts`);
        const found = violations.filter((each) => each.file === name);
        t.match(found, [{ rule, line: 1 }], `${name}: ${imports}`);
      }
    t.equal(violations.length, Object.keys(files).length, "and nothing else");
  },
);

t.test("what is allowed there is allowed here", async (t) => {
  const files = Object.fromEntries(
    FORMS.flatMap((write, form) =>
      allowedIn("one", "two").map(({ file, imports }) => [
        file.replace(/\.ts$/, `-${form}.ts`),
        write(imports),
      ]),
    ),
  );
  const { code, violations } = await check(project(t, files));
  t.strictSame({ code, violations }, { code: 0, violations: [] });
});

t.test("events is read by others: it imports no layer but the domain", async (t) => {
  const text = WRONG_IN_EVENTS.map((path) => `import "${path}";`).join("\n");
  const { violations } = await check(
    project(t, { "src/agents/one/events.ts": `${text}\nimport "./domain/x.ts";` }),
  );
  t.strictSame(
    violations.map(({ rule, line }) => [rule, line]),
    WRONG_IN_EVENTS.map((_, index) => ["events-alone", index + 1]),
  );
});

t.test("the kit's primitives for a domain are the same in both", async (t) => {
  const rules = JSON.stringify(JSON.parse(readFileSync(join(REPO, ".oxlintrc.json"), "utf8")));
  t.ok(rules.includes(JSON.stringify(DOMAIN_PRIMITIVES)));
  const names = DOMAIN_PRIMITIVES.join(", ");
  const good = `import { ${names} } from "agents-apphost/kit";\nexport { fold } from "agents-apphost/kit";\n`;
  const bad = `import { fold, runAgent } from "agents-apphost/kit";\nimport * as kit from "agents-apphost/kit";\nimport "agents-apphost/kit";\nexport * from "agents-apphost/kit";\n`;
  const { violations } = await check(
    project(t, { "src/agents/one/domain/a.ts": good, "src/agents/one/domain/b.ts": bad }),
  );
  t.strictSame(
    violations.map(({ rule, file, line }) => [rule, file.at(-4), line]),
    [1, 2, 3, 4].map((line) => ["domain-kit", "b", line]),
  );
});

t.test("circles, other ways of importing, and files that cannot be read as a program", async (t) => {
  const root = project(t, {
    "src/agents/one/domain/a.ts": 'import { b } from "./deep/b.ts";\nexport const a = () => b;',
    "src/agents/one/domain/deep/b.ts": 'import { c } from "./index.js";\nexport const b = () => c;',
    "src/agents/one/domain/deep/index.ts": '\nimport { a } from "../a";\nexport const c = () => a;',
    "src/agents/one/domain/types.ts": 'import type { D } from "./more.ts";\nexport type T = D;',
    "src/agents/one/domain/more.ts": 'import { T } from "./types.ts";\nexport type D = typeof T;',
    "src/agents/one/domain/odd.ts":
      'type Z = import("zod").ZodType;\nconst a = require("zod");\nimport y = require("zod");\n',
    "src/agents/one/domain/broken.ts": "const ok = 1;\nconst = ;\n",
    "src/agents/one/domain/a.test.ts": 'import t from "tap";',
    "src/agents/two/late.js": "export const x = () => import(`../one/domain/a.ts`);",
  });
  const { violations } = await check(root);
  t.match(
    violations.map(({ rule, file, line }) => `${rule} ${file.replace("src/agents/", "")}:${line}`),
    [
      "syntax one/domain/broken.ts:2",
      "no-cycles one/domain/deep/index.ts:2",
      "domain-packages one/domain/odd.ts:1",
      "domain-packages one/domain/odd.ts:2",
      "domain-packages one/domain/odd.ts:3",
      "other-agents two/late.js:1",
    ],
  );
  t.match(violations[1]?.message, "domain/a.ts → deep/b.ts → deep/index.ts → a.ts".replace("domain/", ""));
  const two = await check(root, "two");
  t.strictSame(
    two.violations.map(({ rule }) => rule),
    ["other-agents"],
    "one agent alone",
  );
});

t.test("names of package.json and tsconfig.json are followed to the files that they mean", async (t) => {
  const root = project(t, {
    "package.json": JSON.stringify({
      name: "x",
      type: "module",
      imports: { "#one/*": "./src/agents/one/*" },
    }),
    "tsconfig.json": JSON.stringify({ compilerOptions: { paths: { "@two/*": ["./src/agents/two/*"] } } }),
    "src/agents/one/infrastructure/sql.ts": "export const sql = 1;\n",
    "src/agents/two/events.ts": "export const events = [];\n",
    "src/agents/two/domain/order.ts": "export const order = 1;\n",
    "src/agents/one/application/a.ts":
      'import "#one/infrastructure/sql.ts";\nexport type { S } from "#one/domain/x.ts";',
    "src/agents/one/application/b.ts":
      'import "@two/events.ts";\nimport "@two/domain/order";\nimport "@two/none.ts";',
    "src/agents/one/domain/x.ts":
      'import "#one/domain/y.ts";\nimport "#one/events.ts";\nimport "@two/none.ts";',
    "src/agents/one/domain/y.ts": 'import "#one/domain/x.ts";\n',
    "src/agents/one/events.ts": "",
  });
  const { violations } = await check(root);
  t.strictSame(
    violations.map(({ rule, file, line }) => `${rule} ${file.replace("src/agents/", "")}:${line}`),
    [
      "application-inwards one/application/a.ts:1",
      "other-agents one/application/b.ts:2",
      "domain-alone one/domain/x.ts:2",
      "domain-packages one/domain/x.ts:3",
      "no-cycles one/domain/y.ts:1",
    ],
  );
});

t.test("what is computed, absolute, or behind a link is seen as far as it can be", async (t) => {
  const root = project(t, {
    "src/agents/one/application/a.ts": "export const x = (n: string) => import(`../infrastructure/${n}.ts`);",
    "src/agents/one/application/b.ts": "export const x = (n: string) => import(n);",
    "src/agents/one/domain/a.ts": "export const x = (n: string) => import(n);",
    "shared.ts": 'import "../infrastructure/sql.ts";\n',
  });
  const sql = join(root, "src/agents/one/infrastructure/sql.ts");
  writeFileSync(
    join(root, "src/agents/one/application/c.ts"),
    `import "${sql}";\nimport "${pathToFileURL(sql).href}";\n`,
  );
  symlinkSync("../../../../shared.ts", join(root, "src/agents/one/application/d.ts"));
  symlinkSync("nowhere.ts", join(root, "src/agents/one/application/e.ts"));
  const { violations } = await check(root);
  t.strictSame(
    violations.map(({ rule, file, line }) => `${rule} ${file.replace("src/agents/one/", "")}:${line}`),
    [
      "application-inwards application/a.ts:1",
      "application-inwards application/c.ts:1",
      "application-inwards application/c.ts:2",
      "application-inwards application/d.ts:1",
      "domain-packages domain/a.ts:1",
    ],
  );
});

t.test("for people: file, line and rule, and how many", async (t) => {
  const root = project(t, { "src/agents/one/domain/a.ts": '// why\nimport "zod";\n' });
  const { code, stdout } = await cli({ cwd: root }, "check");
  t.equal(code, 1);
  t.equal(
    stdout,
    'src/agents/one/domain/a.ts:2  domain-packages  A domain imports no package and nothing of Node: pass in what it needs: "zod"\n\n✗ 2 agents · 3 files · 1 line to change\n',
  );
  const fine = await cli({ cwd: project(t, {}) }, "check");
  t.strictSame([fine.code, fine.stdout], [0, "✓ 2 agents · 2 files · every rule holds\n"]);
});

t.test("an agent that is not known, not there, or not in TypeScript", async (t) => {
  const root = project(t, {});
  const unknown = await cli({ cwd: root }, "check", "tow", "--json");
  t.match([unknown.code, errorIn(unknown)], [2, { code: "AGENTS_NAME_UNKNOWN", hint: "Did you mean two?" }]);
  const config = {
    name: "x",
    agents: { gone: { entry: "src/gone/main.ts" }, python: { command: ["python3", "x.py"] } },
  };
  const other = t.testdir({ "agents.config.json": JSON.stringify(config) });
  const gone = await cli({ cwd: other }, "check", "--json");
  t.match([gone.code, errorIn(gone)["code"]], [2, "AGENTS_ENTRY_NOT_FOUND"]);
  const { stdout, code } = await cli({ cwd: other }, "check", "python", "--json");
  t.match([code, pick(JSON.parse(stdout), "skipped")], [0, ["python"]]);
});

t.test("the agents of this repository keep every rule", async (t) => {
  const { code, stdout } = await cli({ cwd: REPO }, "check", "--json");
  t.match([code, pick(JSON.parse(stdout), "violations")], [0, []]);
  t.ok((pick(JSON.parse(stdout), "agents") as readonly string[]).length >= 6);
});
