import { symlinkSync, mkdirSync } from "node:fs";
import t from "tap";
import { pkg, project } from "./project.ts";

const CJS = pkg(
  "old",
  { main: "index.js" },
  {
    "index.js": `exports.name = "old"; exports.dir = __dirname; exports.path = require("path").basename("/a/b");`,
  },
);
const ESM = pkg(
  "fresh",
  { type: "module", exports: { ".": "./index.js", "./sub": "./sub.js" } },
  {
    "index.js": `import { common } from "./common.js"; export const name = "fresh"; export default class Fresh {}; export const url = import.meta.url; export { common };`,
    "sub.js": `export { common } from "./common.js";`,
    "common.js": `export const common = { count: 0 };`,
  },
);

t.test("packages of both module kinds look as they do to Node", async (t) => {
  const { bundler, path, run } = project(t, {
    ...CJS,
    ...ESM,
    "src/legacy.cts": `const fresh = require("fresh"); const old = require("old"); module.exports = [fresh.name, fresh.default.name, old.name];`,
    "src/main.ts": `
      import old, { name, dir, path } from "old";
      import * as all from "old";
      import Fresh, { name as fresh, url, common } from "fresh";
      import { common as again } from "fresh/sub";
      import legacy from "./legacy.cts";
      const late = await import("old");
      console.log(JSON.stringify([old.name, name, dir, path, all.name, Fresh.name, fresh, url, common === again, legacy, late.name, late.default.name]));`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.same(JSON.parse(stdout), [
    "old",
    "old",
    path("node_modules/old"),
    "b",
    "old",
    "Fresh",
    "fresh",
    `file://${path("node_modules/fresh/index.js")}`,
    true,
    ["fresh", "Fresh", "old"],
    "old",
    "old",
  ]);
});

t.test("a package that is imported late is loaded late", async (t) => {
  const { bundler, path, run } = project(t, {
    ...pkg("loud", {}, { "index.js": `console.log("loaded"); exports.a = 1;` }),
    "src/main.ts": `console.log("first"); const { a } = await import("loud"); console.log(a);`,
  });
  t.equal((await run(await bundler.prepare("one", path("src/main.ts")))).stdout, "first\nloaded\n1\n");
});

t.test("a late import of CommonJS gives its names, from own files and between packages", async (t) => {
  const { bundler, path, run } = project(t, {
    ...CJS,
    ...pkg(
      "lazy",
      { type: "module" },
      {
        "index.js": `export const late = async () => [(await import("old")).name, (await import("./inner.cjs")).inner];`,
        "inner.cjs": `exports.inner = "inner"; exports.default = "its own"; exports.__esModule = true;`,
      },
    ),
    "src/own.cts": `exports.own = "own"; exports.default = 7;`,
    "src/main.ts": `
      import { late } from "lazy";
      const { own, default: all } = await import("./own.cts");
      const once = import("old"), twice = import("old");
      console.log(JSON.stringify([...(await late()), own, all.default, (await once) === (await twice)]));`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.same(JSON.parse(stdout), ["old", "inner", "own", 7, true]);
});

t.test("a package with a compiled addon stays where it is, at any depth", async (t) => {
  const native = pkg(
    "deep/node_modules/native",
    { gypfile: true },
    {
      "index.js": `const name = "./build" + ".js"; exports.built = require(name);`,
      "build.js": `module.exports = "addon of deep";`,
    },
  );
  const { bundler, path, run } = project(t, {
    ...native,
    ...pkg("deep", {}, { "index.js": `exports.built = require("native").built;` }),
    "src/main.ts": `import { built } from "deep"; console.log(built);`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.equal(stdout, "addon of deep\n");
});

t.test("a package that cannot be bundled is left to Node", async (t) => {
  const { bundler, path, run } = project(t, {
    ...pkg(
      "odd",
      {},
      {
        "index.js": `require.extensions[".odd"] = (m) => { m.exports = "read"; }; exports.odd = require("./a.odd");`,
        "a.odd": `not code`,
      },
    ),
    ...pkg(
      "stars",
      { type: "module" },
      { "index.js": `export * from "./inner.cjs";`, "inner.cjs": `exports.star = "named";` },
    ),
    "src/main.ts": `import { odd } from "odd"; import { star } from "stars"; console.log(odd, star);`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.equal(stdout, "read named\n");
});

t.test("deprecations inside packages stay silent, as they do without a bundle", async (t) => {
  const { bundler, path, run } = project(t, {
    ...pkg("aged", {}, { "index.js": `exports.punycode = require("punycode").version;` }),
    "src/main.ts": `import { punycode } from "aged"; console.log(typeof punycode);`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stdout, "string\n");
  t.equal(stderr, "");
});

t.test("an optional package that is not installed is missed only where it is used", async (t) => {
  const { bundler, path, run } = project(t, {
    ...pkg(
      "outer",
      {},
      {
        "index.js": `exports.ok = true; exports.use = () => require("never-installed"); try { require("nor-this"); } catch {}`,
      },
    ),
    "src/main.ts": `
      import { ok, use } from "outer";
      const also = await import("not-here-either").catch((error) => error.code);
      try { use(); } catch (error) { console.log(ok, also, error.code); }`,
  });
  const { stdout, stderr } = await run(await bundler.prepare("one", path("src/main.ts")));
  t.equal(stderr, "");
  t.equal(stdout, "true ERR_MODULE_NOT_FOUND MODULE_NOT_FOUND\n");
});

t.test("a package named as external is loaded from node_modules", async (t) => {
  const { bundler, path, run } = project(t, {
    ...pkg(
      "self",
      { type: "module" },
      { "index.js": `export const where = new Error().stack.split("\\n")[1];` },
    ),
    "src/main.ts": `import { where } from "self"; console.log(where);`,
  });
  const bundled = await run(await bundler.prepare("one", path("src/main.ts")));
  t.match(bundled.stdout, /\.agents\/cache\/node_modules/);
  const external = await run(await bundler.prepare("one", path("src/main.ts"), { external: ["self"] }));
  t.match(external.stdout, path("node_modules/self/index.js"));
});

t.test("custom conditions decide which file of a package is used", async (t) => {
  const files = {
    ...pkg(
      "cond",
      { type: "module", exports: { source: "./source.js", default: "./dist.js" } },
      {
        "source.js": `export default "source";`,
        "dist.js": `export default "dist";`,
      },
    ),
    "src/main.ts": `import which from "cond"; console.log(which);`,
  };
  const { bundler, another, path, run } = project(t, files);
  t.equal((await run(await bundler.prepare("one", path("src/main.ts")))).stdout, "dist\n");
  t.equal((await run(await another(["source"]).prepare("one", path("src/main.ts")))).stdout, "source\n");
});

t.test("a package of the same workspace counts as own source, wherever the entry lies", async (t) => {
  const { path, write, another, run } = project(t, { "app/readme.md": "" });
  write(
    "packages/lib/package.json",
    JSON.stringify({ name: "@me/lib", type: "module", exports: "./index.ts" }),
  );
  write("packages/lib/index.ts", `import { deep } from "deep"; export const lib: string = "lib of " + deep;`);
  for (const [file, content] of Object.entries(pkg("deep", {}, { "index.js": `exports.deep = "deep";` }))) {
    write(`packages/lib/${file}`, content);
  }
  write("outside/main.ts", `import { lib } from "@me/lib"; console.log(lib);`);
  mkdirSync(path("node_modules/@me"), { recursive: true });
  symlinkSync(path("packages/lib"), path("node_modules/@me/lib"));
  const bundle = await another().prepare("one", path("outside/main.ts"));
  t.same(bundle.inputs, [path("outside/main.ts"), path("packages/lib/index.ts")]);
  t.equal((await run(bundle)).stdout, "lib of deep\n");
});
