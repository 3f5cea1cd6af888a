import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { processTable } from "../../src/runtime/resources/process/process-table.ts";
import { until } from "../helpers/system.ts";
import { cli, errorIn, startCli } from "./run-cli.ts";

/* A config is code, and code does what it likes. */

const GOOD = '{ name: "p", agents: { a: { entry: "a.ts" } } }';

for (const [title, code] of [
  ["ends the process", "process.exit(0);"],
  ["ends the process and catches what that throws", "try { process.exit(0); } catch {}"],
  ["ends the process after a wait", "await 0; process.exit(0);"],
] as const)
  void t.test(`a config that ${title} is a config error, with the place`, async (t) => {
    const cwd = t.testdir({ "agents.config.mjs": `${code}\nexport default ${GOOD};\n` });
    for (const command of [["config"], ["up"], ["up", "-d"]]) {
      const ran = await cli({ cwd }, ...command, "--json");
      t.equal(ran.code, 2, command.join(" "));
      t.equal(ran.stdout, "");
      t.match(errorIn(ran), {
        code: "AGENTS_CONFIG_UNREADABLE",
        message: /it ends the process \(process\.exit\)\.$/,
        path: /^agents\.config\.mjs:1:\d+$/,
        hint: /throw an Error/,
      });
    }
  });

for (const [title, code] of [
  ["loops for ever", "for (;;) {}"],
  ["loops for ever after a wait", "await 0; for (;;) {}"],
  ["waits for ever", "await new Promise(() => setInterval(() => {}, 1000));"],
] as const)
  void t.test(`a config that ${title} ends as a config error`, { timeout: 60_000 }, async (t) => {
    const cwd = t.testdir({ "agents.config.mjs": `${code}\nexport default ${GOOD};\n` });
    const ran = await cli({ cwd }, "up", "--json");
    t.equal(ran.code, 2);
    t.match(errorIn(ran), { code: "AGENTS_CONFIG_UNREADABLE", message: /it is still running after 10 s\.$/ });
  });

for (const command of [["config"], ["up"], ["up", "-d"]])
  void t.test(
    `Ctrl-C ends agents ${command.join(" ")} in the midst of a config that loops, and leaves nothing`,
    { timeout: 30_000 },
    async (t) => {
      const cwd = t.testdir({
        "agents.config.mjs": 'import { writeSync } from "node:fs";\nwriteSync(2, "loops");\nfor (;;) {}\n',
      });
      const child = startCli({ cwd }, ...command);
      t.teardown(() => child.kill("SIGKILL"));
      await (command.includes("-d") ? detachedLoops(cwd) : once(child.stderr, "data"));
      const closed = once(child, "close");
      const since = performance.now();
      child.kill("SIGINT");
      await closed;
      t.ok(performance.now() - since < 5_000);
      t.ok(child.exitCode === 130 || child.signalCode === "SIGINT");
      t.notOk(processTable().some(({ ppid, zombie }) => ppid === child.pid && !zombie));
    },
  );

/** The output of a run in the background goes to a file. */
async function detachedLoops(cwd: string): Promise<void> {
  const log = `${cwd}/.agents/orchestrator.log`;
  await until("the config loops", () => existsSync(log) && readFileSync(log, "utf8").includes("loops"));
}

for (const [title, wait] of [
  ["", ""],
  [" and waits", "await 0;\n"],
] as const)
  void t.test(`what a config prints${title} goes to stderr: --json stays JSON`, async (t) => {
    const cwd = t.testdir({
      "agents.config.mjs": `console.log("chatter");\n${wait}process.stdout.write("more\\n");\nexport default ${GOOD};\n`,
    });
    const ran = await cli({ cwd }, "config", "--json");
    t.equal(ran.code, 0);
    t.equal(JSON.parse(ran.stdout).name, "p");
    t.equal(ran.stderr, "chatter\nmore\n");
  });

void t.test("a config of ES modules in a package of CommonJS is told what to write, once", async (t) => {
  const cwd = t.testdir({
    "package.json": '{ "type": "commonjs" }',
    "agents.config.ts": `export default ${GOOD};\n`,
  });
  const ran = await cli({ cwd }, "config", "--json");
  t.equal(ran.code, 2);
  t.match(errorIn(ran), {
    code: "AGENTS_CONFIG_UNREADABLE",
    message: /Node takes it for CommonJS\.$/,
    hint: /package\.json says "type": "commonjs": change that to "module", or rename agents\.config\.ts to agents\.config\.mts\.$/,
  });
});

void t.test("a config of CommonJS is read as well", async (t) => {
  const cwd = t.testdir({
    "package.json": '{ "type": "commonjs" }',
    "agents.config.js": `module.exports = ${GOOD};\n`,
  });
  const ran = await cli({ cwd }, "config", "--json");
  t.match(ran, { code: 0, stderr: "" });
});
