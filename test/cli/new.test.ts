import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Test } from "tap";
import t from "tap";
import { REPO } from "../helpers/cli.ts";
import { freePort } from "../helpers/free-port.ts";
import { filesOf, helloProject } from "../helpers/hello-project.ts";
import type { Project } from "../helpers/system.ts";
import { pick } from "../helpers/system.ts";
import { cli, errorIn } from "./run-cli.ts";

const execute = promisify(execFile);

/** A program of the project; `env -u`: what tap adds to a child's Node is no part of it. */
const run = (cwd: string, ...args: readonly string[]) =>
  execute("env", ["-u", "NODE_OPTIONS", "-u", "NODE_TEST_CONTEXT", process.execPath, ...args], { cwd });

for (const storage of ["state", "sql"] as const) {
  t.test(`a new agent on ${storage} starts in a run that is up, and gets the next event`, async (t) => {
    const here = helloProject(t, { sql: storage === "sql" });
    const { root } = here;
    t.equal((await here.agents(["prompts", "lint", "--update"])).code, 0);
    const up = here.up();
    await up.ready();
    const port = String(await freePort());
    const asked = ["--subscribes", "agents.greeter.person.greeted", "--port", port];
    const said = await here.agents([
      "new",
      "stock-keeper",
      ...asked,
      ...(storage === "sql" ? [] : ["--json"]),
    ]);
    if (storage === "sql") {
      t.match(said.stdout, /Made stock-keeper, on port \d+\. The running system starts it by itself\./);
      t.match(said.stdout, "next: agents publish agents.stock-keeper.entry.requested");
    } else {
      t.match(JSON.parse(said.stdout), {
        written: true,
        subscribes: ["agents.greeter.person.greeted", "agents.stock-keeper.entry.requested"],
      });
    }
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
    t.equal(tests.length, 4);
    const ran = await run(root, "--test", "--test-reporter=tap", ...tests);
    t.match(ran.stdout, /# pass 15\n# fail 0/, "its own tests pass");
    t.equal((await here.agents(["prompts", "lint"])).code, 0, "its prompt is in the lock");
    t.match(await here.json(["check", "stock-keeper"]), {
      agents: ["stock-keeper"],
      violations: { length: 0 },
    });
  });
}

/** The hello project with another config. */
function edited(t: Test, edit: (config: string) => string): Project {
  const project = helloProject(t);
  const config = readFileSync(join(project.root, "agents.config.ts"), "utf8");
  project.write({ "agents.config.ts": edit(config) });
  return project;
}

t.test("what cannot be made leaves nothing", async (t) => {
  const { root } = helloProject(t);
  const before = filesOf(root);
  const config = readFileSync(join(root, "agents.config.ts"), "utf8");
  const refused = async (code: string, ...args: readonly string[]): Promise<unknown> => {
    const result = await cli({ cwd: root }, "new", ...args, "--json");
    t.equal(errorIn(result)["code"], code, args.join(" "));
    t.equal(result.code, 2);
    t.strictSame(filesOf(root), before);
    return errorIn(result)["hint"];
  };
  t.match(await refused("AGENTS_NAME_INVALID", "Stock_Keeper"), "Did you mean stock-keeper?");
  t.match(await refused("AGENTS_NAME_INVALID", "Größe"), "Did you mean grosse?");
  const named = await cli({ cwd: root }, "new", "");
  t.match(named.stderr, /^"" cannot be the name of an agent: expected lower-case letters, digits /);
  await refused("AGENTS_NAME_INVALID", "cli");
  await refused("AGENTS_NAME_INVALID", "a-dapr");
  await refused("AGENTS_NAME_TAKEN", "greeter");
  await refused("AGENTS_NAME_TAKEN", "redis");
  await refused("AGENTS_USAGE", "one", "--port", "0x10");
  await refused("AGENTS_USAGE", "one", "--publishes", "agents.greeter.person.greeted");
  await refused("AGENTS_USAGE", "one", "--publishes", "Agents.one");
  await refused("AGENTS_USAGE", "one", "--publishes", "agents.one.entry.requested");
  t.match(
    await refused("AGENTS_EVENT_UNKNOWN", "one", "--subscribes", "agents.greeter.person.greted"),
    /^Did you mean agents\.greeter\.person\.greeted\?.*--force takes it anyway\.$/,
  );
  const dry = await cli({ cwd: root }, "new", "one", "--dry-run", "--json");
  t.equal(pick(JSON.parse(dry.stdout), "written"), false);
  t.strictSame(filesOf(root), before, "a dry run writes nothing");
  t.notOk(existsSync(join(root, ".agents")), "no state folder either");
  t.equal(readFileSync(join(root, "agents.config.ts"), "utf8"), config);
});

t.test("files that exist are not overwritten", async (t) => {
  const made = helloProject(t);
  made.write({ "src/one/domain/label.ts": "mine" });
  const result = await cli({ cwd: made.root }, "new", "one", "--json");
  t.equal(errorIn(result)["code"], "AGENTS_FILE_EXISTS");
  t.strictSame(readFileSync(join(made.root, "src/one/domain/label.ts"), "utf8"), "mine");
  t.equal(existsSync(join(made.root, "prompts/one")), false);
});

t.test("what fails halfway is taken back", async (t) => {
  const made = helloProject(t);
  made.write({ test: "a file where a folder is needed" });
  const before = filesOf(made.root);
  const result = await cli({ cwd: made.root }, "new", "one", "--json");
  t.equal(errorIn(result)["code"], "AGENTS_FILES_UNWRITABLE");
  t.equal(result.code, 1);
  t.strictSame(filesOf(made.root), before);
  t.notOk(existsSync(join(made.root, "src/one")), "no empty folder either");
});

t.test("what a killed one had begun is taken back by the next", async (t) => {
  const made = helloProject(t);
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

t.test(
  "a config that computes its agents is left alone; the files can be had, with what to add",
  async (t) => {
    const { root } = edited(t, (config) =>
      config
        .replace("export default", "const config =")
        .concat("\nexport default { ...config, agents: JSON.parse(JSON.stringify(config.agents)) };\n"),
    );
    const before = filesOf(root);
    const refused = await cli({ cwd: root }, "new", "one");
    t.equal(refused.code, 2);
    t.match(
      refused.stderr,
      /can be added to[^]*one: agent\(\{[^]*--files-only[^]*AGENTS_CONFIG_NOT_EDITABLE/,
    );
    t.strictSame(filesOf(root), before);
    const made = await cli({ cwd: root }, "new", "one", "--files-only");
    t.equal(made.code, 0, made.stderr);
    t.match(made.stdout, /Add it to agents\.config\.ts yourself[^]*one: agent\(\{[^]*port: 73\d\d/);
    t.ok(existsSync(join(root, "src/one/main.ts")));
  },
);

t.test("a config whose text takes the agent, and whose value does not, gets its text back", async (t) => {
  const { root } = edited(t, (config) =>
    config
      .replace("export default", "const config =")
      .concat("\nconst only = (all: object) => Object.fromEntries(Object.entries(all).slice(0, 1));\n")
      .concat("export default { ...config, agents: only({ greeter: config.agents.greeter }) };\n"),
  );
  const before = { files: filesOf(root), config: readFileSync(join(root, "agents.config.ts"), "utf8") };
  const refused = await cli({ cwd: root }, "new", "one", "--json");
  t.equal(errorIn(refused)["code"], "AGENTS_CONFIG_NOT_EDITABLE");
  const after = { files: filesOf(root), config: readFileSync(join(root, "agents.config.ts"), "utf8") };
  t.strictSame(after, before);
});

t.test(
  "events whose names end alike, or are words of the language, become constants of their own",
  async (t) => {
    const { root } = helloProject(t);
    const types = [
      "agents.a.ticket.created",
      "agents.b.ticket.created",
      "agents.a.delete",
      "agents.a.entry.requested",
      "agents.a-ticket.created",
    ];
    const made = await cli({ cwd: root }, "new", "one", "--force", "--subscribes", types.join());
    t.equal(made.code, 0, made.stderr);
    await t.resolves(run(root, join(REPO, "node_modules/typescript/bin/tsc")), "it compiles");
  },
);
