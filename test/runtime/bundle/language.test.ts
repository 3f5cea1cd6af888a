import t from "tap";
import { project } from "./project.ts";

t.test("any TypeScript runs: enums, parameter properties, decorators, JSX, JSON, path aliases", async (t) => {
  const { bundler, path, run } = project(t, {
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        experimentalDecorators: true,
        jsx: "react",
        jsxFactory: "h",
        paths: { "@own/*": ["./src/*"] },
      },
    }),
    "src/colour.ts": `export enum Colour { Red = 1, Blue }`,
    "src/view.tsx": `const h = (tag: string, _: unknown, ...kids: string[]) => tag + kids.join(""); export const view = <b>hi</b>;`,
    "src/data.json": `{ "answer": 42 }`,
    "src/main.ts": `
      import { Colour } from "@own/colour";
      import { view } from "./view.tsx";
      import data from "./data.json" with { type: "json" };
      const seen: string[] = [];
      function mark(_: object, key: string) { seen.push(key); }
      class Box { constructor(readonly size: number) {} @mark open() { return this.size; } }
      console.log(JSON.stringify([Colour.Blue, Colour[1], view, data.answer, new Box(3).open(), seen]));
    `,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.same(JSON.parse(stdout), [2, "Red", "bhi", 42, 3, ["open"]]);
});

t.test("a file's own place is where it is written, also in a bundle", async (t) => {
  const { bundler, path, run, root } = project(t, {
    "lib/place.ts": `
      import { dirname } from "node:path"; import { fileURLToPath } from "node:url";
      const __dirname = dirname(fileURLToPath(import.meta.url));
      export const place = [import.meta.url, import.meta.filename, import.meta.dirname, import.meta.main, __dirname];`,
    "src/main.ts": `import { place } from "../lib/place.ts"; console.log(JSON.stringify([...place, import.meta.filename, import.meta.main]));`,
  });
  const { stdout } = await run(await bundler.prepare("one", path("src/main.ts")));
  const file = path("lib/place.ts");
  t.same(JSON.parse(stdout), [
    `file://${file}`,
    file,
    `${root}/lib`,
    false,
    `${root}/lib`,
    path("src/main.ts"),
    true,
  ]);
});

t.test("a stack trace names the project's own file and line", async (t) => {
  const { bundler, path, run } = project(t, {
    "src/thrower.ts": `type Unused = { a: 1 };\n\nexport function fail(): never {\n  throw new Error("on purpose");\n}\n`,
    "src/main.ts": `import { fail } from "./thrower.ts";\nfail();\n`,
  });
  const { stderr, failed } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.ok(failed);
  t.match(stderr, `${path("src/thrower.ts")}:4:9`);
  t.match(stderr, `${path("src/main.ts")}:2:1`);
});

t.test("classes keep their names when two files use the same one", async (t) => {
  const { bundler, path, run } = project(t, {
    "src/a.ts": `export class Handler {}`,
    "src/b.ts": `export class Handler {}`,
    "src/main.ts": `import * as a from "./a.ts"; import * as b from "./b.ts"; console.log(a.Handler.name, b.Handler.name);`,
  });
  t.equal((await run(await bundler.prepare("one", path("src/main.ts")))).stdout, "Handler Handler\n");
});

t.test("a file that makes its own require, or is CommonJS, runs", async (t) => {
  const { bundler, path, run } = project(t, {
    "src/old.cts": `const path = require("node:path"); module.exports = { base: path.basename(__filename) };`,
    "src/main.ts": `
      import { createRequire } from "node:module";
      import old from "./old.cts";
      const require = createRequire(import.meta.url);
      console.log(old.base, typeof require("node:fs").readFileSync, require("./data.json").answer);`,
    "src/data.json": `{ "answer": 42 }`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.equal(stdout, "old.cts function 42\n");
});
