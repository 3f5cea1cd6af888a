import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import t from "tap";
import { processTable } from "../../src/runtime/resources/process/process-table.ts";
import { fixture, fixtureConfig, fixtureProject, until } from "../helpers/system.ts";
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

for (const [signal, title, wait] of [
  ["SIGINT", "loops", ""],
  ["SIGTERM", "loops", ""],
  ["SIGTERM", "waits, and then loops", "await 0;\n"],
] as const)
  for (const command of [["config"], ["up"], ["up", "-d"]])
    void t.test(
      `${signal} ends agents ${command.join(" ")} in the midst of a config that ${title}, and leaves nothing`,
      { timeout: 30_000 },
      async (t) => {
        const cwd = t.testdir({
          "agents.config.mjs": `import { writeSync } from "node:fs";\n${wait}writeSync(2, "loops");\nfor (;;) {}\n`,
        });
        const child = startCli({ cwd }, ...command);
        t.teardown(() => child.kill("SIGKILL"));
        await (command.includes("-d") ? detachedLoops(cwd) : once(child.stderr, "data"));
        const closed = once(child, "close");
        const since = performance.now();
        child.kill(signal);
        await closed;
        t.ok(performance.now() - since < 4_000);
        t.ok(child.exitCode === 130 || child.signalCode === signal);
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

for (const [title, code] of [
  ["a timer", "setInterval(() => {}, 1000);"],
  ["a server", 'import { createServer } from "node:net";\ncreateServer().listen(0, "127.0.0.1");'],
] as const)
  void t.test(
    `${title} that a config leaves running does not keep a command from ending`,
    { timeout: 30_000 },
    async (t) => {
      const cwd = t.testdir({ "agents.config.mjs": `${code}\nexport default ${GOOD};\n` });
      const child = startCli({ cwd }, "config", "--json");
      t.teardown(() => child.kill("SIGKILL"));
      const [stdout] = await Promise.all([text(child.stdout), once(child, "close")]);
      t.equal(child.exitCode, 0);
      t.match(JSON.parse(stdout), { name: "p" });
      const doctor = startCli({ cwd }, "doctor");
      t.teardown(() => doctor.kill("SIGKILL"));
      doctor.stdout.resume();
      await once(doctor, "close");
      t.equal(doctor.exitCode, 1, "its entry is not there");
    },
  );

for (const [title, code, reason] of [
  ["is rejected", 'Promise.reject(new Error("no luck"));', "it throws Error: no luck."],
  ["is rejected with a text", 'Promise.reject("no luck");', "it throws no luck."],
  [
    "is rejected, after a wait",
    'await 0;\nPromise.reject(new Error("no luck"));',
    "it throws Error: no luck.",
  ],
  [
    "throws while it waits",
    'setTimeout(() => { throw new Error("no luck"); });\nawait new Promise((go) => setTimeout(go, 3000));',
    "it throws Error: no luck.",
  ],
] as const)
  void t.test(`what ${title} in a config, and nobody catches, is a config error`, async (t) => {
    const cwd = t.testdir({ "agents.config.mjs": `${code}\nexport default ${GOOD};\n` });
    for (const command of ["config", "up"]) {
      const ran = await cli({ cwd }, command, "--json");
      t.equal(ran.code, 2, command);
      t.equal(ran.stdout, "");
      t.match(errorIn(ran), {
        code: "AGENTS_CONFIG_UNREADABLE",
        message: `agents.config.mjs cannot be read: ${reason}`,
        path: /^agents\.config\.mjs/,
      });
    }
  });

void t.test(
  "what fails later in what a config left running is told as a warning, and the run goes on",
  { timeout: 60_000 },
  async (t) => {
    const project = fixtureProject(t, {});
    rmSync(join(project.root, "agents.config.json"));
    project.write({
      "agents.config.mjs": `import { existsSync } from "node:fs";
setInterval(() => {
  if (!existsSync("go")) return;
  if (globalThis.went) return;
  globalThis.went = true;
  fetch("http://127.0.0.1:1/");
  setTimeout(() => { throw new Error("thrown late"); }, 1);
}, 20);
export default ${JSON.stringify(fixtureConfig({ listens: { command: fixture("listens.js") } }))};
`,
    });
    const up = project.up();
    await up.ready();
    project.write({ go: "" });
    for (const reason of [/fetch failed/, /thrown late/])
      t.match(
        await up.event(
          String(reason),
          (event) => event["type"] === "notice" && reason.test(String(event["text"])),
        ),
        { level: "warn", text: /^agents\.config\.mjs left something running that failed: / },
      );
    t.match(
      (await project.agents(["logs", "agents"])).stdout,
      /warn: agents\.config\.mjs left .*thrown late/,
    );
    t.equal((await project.agents(["ps"])).code, 0);
    t.equal((await project.agents(["down"])).code, 0);
    t.equal(await up.closed, 0, "it ends, whatever the config left running");
    t.equal(up.stderr, "");
  },
);
