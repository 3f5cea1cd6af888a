import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { pkg, project } from "./project.ts";

async function failure(promise: Promise<unknown>): Promise<AgentsError> {
  const error: unknown = await promise.then(
    () => new Error("it was built"),
    (reason: unknown) => reason,
  );
  if (error instanceof AgentsError) return error;
  throw error;
}

t.test("a missing entry says so, and names one that is meant", async (t) => {
  const { bundler, path } = project(t, { "src/main.js": "" });
  const error = await failure(bundler.prepare("one", path("src/main.ts")));
  t.match(error, {
    code: "AGENTS_ENTRY_NOT_FOUND",
    exitCode: 2,
    message: "one: its entry src/main.ts does not exist.",
  });
  t.match(error.details, {
    path: path("src/main.ts"),
    found: "nothing",
    hint: /Did you mean src\/main\.js\?.*agents\.one\.entry/,
  });
  t.match((await failure(bundler.prepare("one", path("src")))).message, "one: its entry src is not a file.");
});

t.test("a syntax error is shown with file, line, column and the line", async (t) => {
  const { bundler, path } = project(t, {
    "src/main.ts": `import "./wrong.ts";`,
    "src/wrong.ts": `export const ok = 1;\nconst ü = 1, x = ;\n`,
  });
  const error = await failure(bundler.prepare("one", path("src/main.ts")));
  t.match(error, {
    code: "AGENTS_ENTRY_BROKEN",
    exitCode: 2,
    message: 'one: src/wrong.ts:2:18: Unexpected ";"',
  });
  t.same(error.details.lines, ["  2 | const ü = 1, x = ;", "    |                  ^"]);
  t.equal(error.details.path, "src/wrong.ts:2:18");
});

t.test("the column is right on a first line that something was put in front of", async (t) => {
  const { bundler, path } = project(t, { "src/main.ts": `const here = import.meta.url, x = ;` });
  const error = await failure(bundler.prepare("one", path("src/main.ts")));
  t.equal(error.message, 'one: src/main.ts:1:35: Unexpected ";"');
  t.same(error.details.lines, [
    "  1 | const here = import.meta.url, x = ;",
    "    |                                   ^",
  ]);
});

t.test("an import that leads nowhere says what to do", async (t) => {
  const { bundler, path, write } = project(t, { "src/main.ts": `import "@scope/absent/sub";` });
  const error = await failure(bundler.prepare("one", path("src/main.ts")));
  t.equal(error.message, 'one: src/main.ts:1:8: Could not resolve "@scope/absent/sub"');
  t.equal(error.details.hint, "Install it: npm install @scope/absent");
  write("src/main.ts", `import "./absent.ts";`);
  t.match((await failure(bundler.prepare("one", path("src/main.ts")))).details.hint, /create the file/);
});

t.test("every error is shown, up to a handful", async (t) => {
  const { bundler, path } = project(t, {
    "src/main.ts": Array.from({ length: 8 }, (_, n) => `import "./no-${n}.ts";`).join("\n"),
  });
  const { details } = await failure(bundler.prepare("one", path("src/main.ts")));
  t.match(details.lines?.join("\n"), /main\.ts:5:8: Could not resolve/);
  t.equal(details.lines?.at(-1), "and 3 more");
});

t.test("after a failure the files to watch are those it is made of, and the next save builds", async (t) => {
  const { bundler, path, write, run } = project(t, {
    "src/main.ts": `import { a } from "./a.ts"; import { b } from "./b.ts"; console.log(a + b);`,
    "src/a.ts": `export const a = 1;`,
    "src/b.ts": `export const b = 2;`,
  });
  const good = await bundler.prepare("one", path("src/main.ts"));
  write("src/a.ts", `export const a = ;`);
  await t.rejects(bundler.prepare("one", path("src/main.ts")), { code: "AGENTS_ENTRY_BROKEN" });
  t.same(bundler.inputs("one"), [path("src/a.ts"), path("src/b.ts"), path("src/main.ts")]);
  t.equal((await run(good)).stdout, "3\n", "the bundle before it still runs");
  write("src/a.ts", `export const a = 40;`);
  t.equal((await run(await bundler.prepare("one", path("src/main.ts")))).stdout, "42\n");
});

t.test("one agent's broken file is no matter to another, and dependencies are still found", async (t) => {
  const { bundler, path, run } = project(t, {
    ...pkg("dep", {}, { "index.js": `exports.dep = "dep";` }),
    "a.ts": `import { dep } from "dep"; console.log(dep);`,
    "b.ts": `import { dep } from "dep"; const x = ;`,
  });
  const [a, b] = await Promise.allSettled([
    bundler.prepare("a", path("a.ts")),
    bundler.prepare("b", path("b.ts")),
  ]);
  t.equal(b.status, "rejected");
  t.equal(a.status === "fulfilled" && (await run(a.value)).stdout, "dep\n");
});
