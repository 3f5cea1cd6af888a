import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import type { Test } from "tap";
import t from "tap";
import { REPO } from "../helpers/cli.ts";
import { pick, Project } from "../helpers/system.ts";
import { cli, errorIn } from "./run-cli.ts";

const execute = promisify(execFile);

/** A program of the project; `env -u`: what tap adds to a child's Node is no part of it. */
const run = (cwd: string, ...args: readonly string[]) =>
  execute("env", ["-u", "NODE_OPTIONS", "-u", "NODE_TEST_CONTEXT", process.execPath, ...args], { cwd });

/** The hello example as a project of its own, with this package and the others as its dependencies. */
function project(t: Test, { sql = false } = {}): Project {
  const root = mkdtempSync(join(tmpdir(), "agents-new-"));
  cpSync(join(REPO, "examples/hello"), root, {
    recursive: true,
    filter: (path) => !path.includes(".agents"),
  });
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(join(REPO, "node_modules")).filter((each) => !each.startsWith(".")))
    symlinkSync(join(REPO, "node_modules", name), join(root, "node_modules", name));
  symlinkSync(REPO, join(root, "node_modules/agents-apphost"));
  const made = new Project(root);
  made.write({
    "package.json": JSON.stringify({ name: "hello", type: "module" }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        module: "nodenext",
        target: "esnext",
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ["node"],
        allowImportingTsExtensions: true,
      },
      include: ["agents.config.ts", "src", "test"],
    }),
  });
  if (sql) {
    const config = readFileSync(join(root, "agents.config.ts"), "utf8");
    const withSql = config
      .replace("stateStore }", "sqlServer, stateStore }")
      .replace("resources: { redis: cache }", "resources: { redis: cache, db: sqlServer() }");
    writeFileSync(join(root, "agents.config.ts"), withSql);
  }
  t.teardown(() => made.close());
  return made;
}

/** The project's own files; what stands in node_modules is links, and leads in circles. */
function filesOf(root: string, folder = ""): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !["node_modules", ".agents", ".xdg"].includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesOf(root, path) : [path];
    })
    .toSorted();
}

for (const storage of ["state", "sql"] as const) {
  t.test(`a new agent on ${storage} starts in a run that is up, and gets the next event`, async (t) => {
    const here = project(t, { sql: storage === "sql" });
    const { root } = here;
    const up = here.up();
    await up.ready();
    const said = await here.json(["new", "stock-keeper", "--subscribes", "agents.greeter.person.greeted"]);
    t.equal(pick(said, "written"), true);
    t.strictSame(pick(said, "subscribes"), [
      "agents.greeter.person.greeted",
      "agents.stock-keeper.entry.requested",
    ]);
    await up.event(
      "stock-keeper ready",
      (event) =>
        event["type"] === "resource" &&
        pick(event, "resource", "name") === "stock-keeper" &&
        pick(event, "resource", "state") === "ready",
    );
    const flow = await here.json([
      "publish",
      "agents.greeter.greeting.requested",
      "--data",
      '{"who":"Ada"}',
      "--wait",
    ]);
    const greeted = pick(flow, "caused", "0");
    t.match(greeted, { deliveries: [{ agent: "stock-keeper", status: "success" }] });
    t.match(pick(greeted, "caused", "0"), { eventType: "agents.stock-keeper.entry.recorded" });

    const tsc = join(REPO, "node_modules/typescript/bin/tsc");
    await t.resolves(run(root, tsc), "it compiles");
    const tests = filesOf(root).filter((path) => path.endsWith(".test.ts"));
    t.equal(tests.length, 2);
    const ran = await run(root, "--test", "--test-reporter=tap", ...tests);
    t.match(ran.stdout, /# pass 6\n# fail 0/, "its own tests pass");
  });
}

t.test("what cannot be made leaves nothing", async (t) => {
  const { root } = project(t);
  const before = filesOf(root);
  const config = readFileSync(join(root, "agents.config.ts"), "utf8");
  const refused = async (code: string, ...args: readonly string[]): Promise<void> => {
    const result = await cli({ cwd: root }, "new", ...args, "--json");
    t.equal(errorIn(result)["code"], code, args.join(" "));
    t.equal(result.code, 2);
    t.strictSame(filesOf(root), before);
  };
  await refused("AGENTS_NAME_INVALID", "Stock_Keeper");
  await refused("AGENTS_NAME_INVALID", "cli");
  await refused("AGENTS_NAME_INVALID", "a-dapr");
  await refused("AGENTS_NAME_TAKEN", "greeter");
  await refused("AGENTS_NAME_TAKEN", "redis");
  await refused("AGENTS_USAGE", "one", "--port", "0x10");
  await refused("AGENTS_USAGE", "one", "--publishes", "agents.greeter.person.greeted");
  await refused("AGENTS_USAGE", "one", "--publishes", "Agents.one");
  await refused("AGENTS_EVENT_UNKNOWN", "one", "--subscribes", "agents.greeter.person.greted");
  const dry = await cli({ cwd: root }, "new", "one", "--dry-run", "--json");
  t.equal(pick(JSON.parse(dry.stdout), "written"), false);
  t.strictSame(filesOf(root), before, "a dry run writes nothing");
  t.equal(readFileSync(join(root, "agents.config.ts"), "utf8"), config);
});

t.test("files that exist are not overwritten", async (t) => {
  const made = project(t);
  made.write({ "src/one/domain/label.ts": "mine" });
  const result = await cli({ cwd: made.root }, "new", "one", "--json");
  t.equal(errorIn(result)["code"], "AGENTS_FILE_EXISTS");
  t.strictSame(readFileSync(join(made.root, "src/one/domain/label.ts"), "utf8"), "mine");
  t.equal(existsSync(join(made.root, "prompts/one")), false);
});

t.test("what fails halfway is taken back", async (t) => {
  const made = project(t);
  made.write({ test: "a file where a folder is needed" });
  const before = filesOf(made.root);
  const result = await cli({ cwd: made.root }, "new", "one", "--json");
  t.equal(errorIn(result)["code"], "AGENTS_FILES_UNWRITABLE");
  t.equal(result.code, 1);
  t.strictSame(filesOf(made.root), before);
  t.notOk(existsSync(join(made.root, "src/one")), "no empty folder either");
});

t.test("what a killed one had begun is taken back by the next", async (t) => {
  const made = project(t);
  const note = {
    files: ["src/lost/main.ts", "prompts/lost/label-entry.yaml"],
    folders: ["src/lost", "prompts/lost"],
  };
  made.write({
    "src/lost/main.ts": "half",
    "prompts/lost/label-entry.yaml": "half",
    ".agents/new-agent.json": JSON.stringify(note),
  });
  t.equal((await cli({ cwd: made.root }, "new", "one", "--yes")).code, 0);
  t.notOk(existsSync(join(made.root, "src/lost")));
  t.notOk(existsSync(join(made.root, "prompts/lost")));
  t.notOk(existsSync(join(made.root, ".agents/new-agent.json")));
});
