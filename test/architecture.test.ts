import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import t from "tap";
import { allowedIn, forbiddenIn, FORMS, ODD_FORMS } from "./helpers/agent-plants.ts";

const ROOT = join(import.meta.dirname, "..");
const OXLINT = join(ROOT, "node_modules/.bin/oxlint");

/** A file that imports something, and what the rules say to it. */
interface Planted {
  readonly file: string;
  readonly imports: string;
}

const plant = (folder: string, imports: readonly string[]): readonly Planted[] =>
  imports.map((each, index) => ({ file: `${folder}/planted-${index}.ts`, imports: each }));

const FORBIDDEN: Readonly<Record<string, readonly Planted[]>> = {
  "the runtime imports neither its front ends nor the agents": [
    ...plant("src/runtime", [
      "../cli/main.ts",
      "../dashboard/web/server.ts",
      "../agents/kit/index.ts",
      "agents-apphost/kit",
    ]),
    ...plant("src/runtime/supervisor", ["../../cli/context.ts", "../../agents/notification/events.ts"]),
    ...plant("src/runtime/resources/sidecar/embedded", ["../../../../cli/context.ts"]),
  ],
  "the model imports nothing outside the model": [
    ...plant("src/runtime/model", [
      "../feed/log-line.ts",
      "../../index.ts",
      "zod",
      "@hono/zod-openapi",
      "node:fs",
    ]),
    ...plant("src/runtime/model/config", ["../../feed/log-line.ts", "zod", "node:child_process"]),
  ],
  "a resource does not import another": [
    ...plant("src/runtime/resources/process", ["../sidecar/daprd.ts"]),
    ...plant("src/runtime/resources/bundle", ["../process/spawn.ts"]),
    ...plant("src/runtime/resources/sidecar/embedded", ["../../process/spawn.ts"]),
    ...plant("src/runtime/resources/sidecar/embedded/bus", ["../../../bundle/bundler.ts"]),
  ],
  "execa is used for processes only": [
    ...plant("src/runtime/supervisor", ["", "execa"]).slice(1),
    ...plant("src/runtime/resources/bundle", ["", "execa"]).slice(1),
    ...plant("src/cli/work", ["execa"]),
    ...plant("src/deploy", ["execa"]),
  ],
  "the CLI and the dashboards do not import agents, a dashboard nothing of the runtime but the model": [
    ...plant("src/cli/commands", ["../../agents/kit/index.ts", "agents-apphost"]),
    ...plant("src/dashboard/web", [
      "../../cli/context.ts",
      "../../runtime/supervisor/supervisor.ts",
      "../../runtime/modelling/x.ts",
      "../../agents/kit/index.ts",
    ]),
  ],
  "the kit imports nothing outside itself and nothing that only the orchestrator needs": [
    ...plant("src/agents/kit", [
      "../../runtime/model/errors.ts",
      "../one/events.ts",
      "dockerode",
      "ink",
      "listr2",
      "execa",
    ]),
    ...plant("src/agents/kit/sql", [
      "../../../cli/context.ts",
      "../../one/events.ts",
      "esbuild",
      "agents-apphost/kit",
    ]),
  ],
  "OpenTelemetry's packages are imported in one folder": [
    ...plant("src/agents/kit", ["@opentelemetry/api"]),
    ...plant("src/agents/kit/telemetry", ["@opentelemetry/sdk-trace"]),
    ...plant("src/agents/kit/telemetry/metrics", ["@opentelemetry/api"]),
  ],
};

const ALLOWED: readonly Planted[] = [
  ...plant("src/runtime/allowed", ["../model/errors.ts", "../resources/process/spawn.ts", "zod"]),
  ...plant("src/runtime/model/allowed", ["../errors.ts", "./near.ts", "node:path"]),
  ...plant("src/runtime/resources/process/allowed", [
    "../spawn.ts",
    "execa",
    "../../resource.ts",
    "../../../model/errors.ts",
  ]),
  ...plant("src/runtime/resources/bundle/allowed", [
    "../bundler.ts",
    "esbuild",
    "../../resource.ts",
    "../../../model/errors.ts",
  ]),
  ...plant("src/cli/allowed", [
    "../context.ts",
    "../../runtime/start.ts",
    "../../dashboard/view.ts",
    "commander",
  ]),
  ...plant("src/dashboard/allowed", ["../../runtime/model/snapshot.ts", "../view.ts", "ink"]),
  ...plant("src/agents/kit/sql/allowed", [
    "../connection.ts",
    "../../model/chat-model.ts",
    "kysely",
    "@dapr/dapr",
  ]),
  ...plant("src/agents/kit/telemetry/otel", ["@opentelemetry/api", "../telemetry.ts"]),
];

interface Finding {
  readonly code: string;
  readonly filename: string;
}

/** Lints files in a folder of their own, with the rules of this repository; gives those that a rule found. */
async function lint(
  files: readonly { readonly file: string; readonly text: string }[],
  rule: RegExp,
): Promise<ReadonlySet<string>> {
  // Not below the repository: what git ignores there is not linted.
  const dir = mkdtempSync(join(tmpdir(), "architecture-"));
  try {
    copyFileSync(join(ROOT, ".oxlintrc.json"), join(dir, ".oxlintrc.json"));
    for (const { file, text } of files) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), text);
    }
    // The test runner adds to NODE_OPTIONS of every Node process, and oxlint does not start with that.
    const stdout = await new Promise<string>((resolve) => {
      execFile(
        "/bin/sh",
        ["-c", 'unset NODE_OPTIONS; exec "$0" --format json', OXLINT],
        { cwd: dir, maxBuffer: 1e8 },
        (_, out) => resolve(out),
      );
    });
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Finding[] };
    return new Set(
      diagnostics
        .filter(({ code }) => rule.test(code))
        .map(({ filename }) => relative(dir, join(dir, filename))),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function inDomain(name: string, text: string): { readonly file: string; readonly text: string } {
  return { file: `src/agents/one/domain/${name}.ts`, text };
}

/** How many levels down the deepest source file below a folder lies. */
function depthOf(folder: string): number {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return Math.max(0, ...names.filter((name) => name.endsWith(".ts")).map((name) => name.split("/").length));
}

/** The agents of this repository. */
const AGENTS = readdirSync(join(ROOT, "src/agents")).filter((name) => name !== "kit");

const RULE = /no-restricted-imports/;

for (const [form, write] of FORMS.entries()) {
  const written = (planted: readonly Planted[]) =>
    planted.map(({ file, imports }) => ({ file, text: write(imports) }));
  const name = write("x").split("\n")[0] ?? "";
  t.test(`the arrows hold for: ${name}`, async (t) => {
    const forbidden = Object.entries(FORBIDDEN);
    const found = await lint(
      written(forbidden.flatMap(([, planted]) => planted).filter(({ imports }) => imports !== "")),
      RULE,
    );
    for (const [rule, planted] of forbidden) {
      const missed = planted.filter(({ file }) => !found.has(file));
      t.same(missed, [], rule);
    }
    const planted = AGENTS.flatMap((agent, index) => forbiddenIn(agent, AGENTS.at(index - 1) ?? "one"))
      // Of what import() gives the lint knows no names; agents check finds it (test/cli/check.test.ts).
      .filter(({ rule }) => rule !== "domain-kit" || !write("x").includes("import("));
    const inAgents = await lint(written(planted), RULE);
    for (const agent of AGENTS)
      t.same(
        planted.filter(({ file }) => file.startsWith(`src/agents/${agent}/`) && !inAgents.has(file)),
        [],
        `each rule of each layer of ${agent}`,
      );
    const fine = AGENTS.flatMap((agent, index) => allowedIn(agent, AGENTS.at(index - 1) ?? "one"));
    const wrongly = await lint(written([...ALLOWED, ...fine]), RULE);
    t.same([...wrongly], [], `what is allowed passes (${form + 1} of ${FORMS.length})`);
  });
}

t.test("a domain may import the kit's domain primitives, and nothing else of the kit", async (t) => {
  const found = await lint(
    [
      inDomain(
        "good",
        `import { fold } from "agents-apphost/kit";\nimport type { Decider } from "agents-apphost/kit";\nexport const a: Decider = fold;\n`,
      ),
      inDomain("bad", `import { runAgent } from "agents-apphost/kit";\nexport const a = runAgent;\n`),
      inDomain(
        "deep/bad",
        `import type { ChatModel } from "agents-apphost/kit";\nexport type A = ChatModel;\n`,
      ),
    ],
    RULE,
  );
  t.same([...found].toSorted(), ["src/agents/one/domain/bad.ts", "src/agents/one/domain/deep/bad.ts"]);
});

t.test("what has no import statement is not imported in any layer", async (t) => {
  const files = ["domain", "application", "presentation", "infrastructure"].flatMap((layer) =>
    ODD_FORMS.slice(1).map((write, index) => ({
      file: `src/agents/one/${layer}/odd-${index}.ts`,
      text: write("../order.ts"),
    })),
  );
  const found = await lint(files, /no-require-imports|consistent-type-imports/);
  t.same(
    files.filter(({ file }) => !found.has(file)),
    [],
  );
});

t.test("an agent's own files are imported by their relative path", async (t) => {
  const specifiers = ["#one/sql.ts", "/src/sql.ts", "file:///src/sql.ts"];
  const files = ["application", "presentation", "infrastructure/deep"].flatMap((layer) =>
    specifiers.map((specifier, index) => ({
      file: `src/agents/one/${layer}/alias-${index}.ts`,
      text: `export { x } from "${specifier}";\n`,
    })),
  );
  t.equal((await lint(files, RULE)).size, files.length);
});

t.test("only renderers write to the console", async (t) => {
  const text = `console.log("x");\n`;
  const files = [
    "src/cli/work/a.ts",
    "src/runtime/b.ts",
    "src/agents/kit/c.ts",
    "src/agents/one/d.ts",
    "src/cli/render/e.ts",
    "bin/agents.js",
  ];
  const found = await lint(
    files.map((file) => ({ file, text })),
    /no-console/,
  );
  t.same([...found].toSorted(), [
    "src/agents/kit/c.ts",
    "src/agents/one/d.ts",
    "src/cli/work/a.ts",
    "src/runtime/b.ts",
  ]);
});

t.test("no folder lies deeper than the rules reach", async (t) => {
  t.ok(depthOf("src/runtime/model") <= 2, "src/runtime/model");
  t.ok(depthOf("src/runtime/resources") <= 5, "src/runtime/resources");
  t.ok(depthOf("src/agents") <= 5, "src/agents");
});
