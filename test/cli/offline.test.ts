import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ORDER, shop } from "./projects.ts";
import { cli, errorIn } from "./run-cli.ts";

// Everything here happens with nothing running.

const NO_DOCKER = "unix:///nowhere/docker.sock";

void t.test("--version prints the version of the package", async (t) => {
  const { code, stdout } = await cli({ cwd: t.testdir() }, "--version");
  t.equal(code, 0);
  t.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

void t.test("help of the program and of every command starts with examples", async (t) => {
  const cwd = t.testdir();
  const commands = [
    "up",
    "down",
    "ps",
    "logs",
    "start",
    "stop",
    "restart",
    "publish",
    "events",
    "config",
    "doctor",
    "pull",
    "prompts",
  ];
  const helps = await Promise.all([
    cli({ cwd }, "--help"),
    cli({ cwd }),
    ...commands.map(async (command) => cli({ cwd }, command, "-h")),
  ]);
  for (const { code, stdout } of helps) {
    t.equal(code, 0);
    t.match(stdout, /^ {2}(agents |cat )/);
  }
  const [first] = helps;
  for (const command of commands) t.match(first?.stdout, new RegExp(`^  ${command}\\b`, "m"));
});

const usage: readonly (readonly [title: string, args: readonly string[], hint: RegExp])[] = [
  ["a mistyped command", ["pss"], /Did you mean ps\?/],
  ["a mistyped option", ["ps", "--al"], /Did you mean --all\?/],
  ["a missing argument", ["publish"], /agents publish --help/],
  ["too many arguments", ["ps", "one"], /agents ps --help/],
  ["a mistyped action of events", ["events", "shw", "x"], /agents events/],
  ["a level that does not exist", ["logs", "--level", "wrn"], /Did you mean warn\?/],
  ["a pattern that is none", ["logs", "--grep", "("], /backslash/],
  ["a time that is none", ["logs", "--since", "soon"], /--since 5m/],
  ["a number of lines that is none", ["logs", "-n", "x"], /-n 100/],
  ["a number of seconds that is none", ["up", "--wait-timeout", "soon"], /--wait-timeout 30/],
  ["a user interface that does not exist", ["up", "--ui", "fancy"], /agents up --help/],
  ["a model mode that does not exist", ["up", "--llm", "liv"], /Did you mean --llm live\?/],
];

for (const [title, args, hint] of usage) {
  void t.test(`${title} ends with 2 and says what to do`, async (t) => {
    const result = await cli({ cwd: t.testdir(shop) }, ...args, "--json");
    t.equal(result.code, 2);
    t.equal(result.stdout, "");
    t.match(errorIn(result), { code: "AGENTS_USAGE", hint });
  });
}

void t.test("up --mode containers without a Docker says so, and starts nothing else instead", async (t) => {
  const cwd = t.testdir({
    "agents.config.json": JSON.stringify({
      name: "shop",
      resources: { cache: { kind: "redis" } },
      agents: { a: { command: ["true"] } },
    }),
  });
  const result = await cli({ cwd, env: { DOCKER_HOST: NO_DOCKER } }, "up", "--mode", "containers", "--json");
  t.equal(result.code, 1);
  t.match(errorIn(result), { code: "AGENTS_DOCKER_NOT_RUNNING", hint: /agents up --mode embedded/ });
});

void t.test("what needs a run ends with 3, also while the config is broken", async (t) => {
  const cwd = t.testdir({ events: shop.events, "agents.config.ts": "export default {{{" });
  for (const args of [
    ["ps"],
    ["start", "a"],
    ["stop", "a"],
    ["restart", "a"],
    ["publish", "agents.shop.order.placed", "--data", JSON.stringify(ORDER)],
    ["events", "retry", "x"],
    ["events", "replay", "x"],
  ]) {
    const result = await cli({ cwd }, ...args, "--json");
    t.equal(result.code, 3, args.join(" "));
    t.match(errorIn(result), { code: "AGENTS_NOT_RUNNING", hint: /agents up/ });
  }
});

void t.test("down with nothing running is fine, also while the config is broken", async (t) => {
  const cwd = t.testdir({ "agents.config.ts": "export default {{{" });
  t.match(await cli({ cwd }, "down"), { code: 0, stdout: "nothing is running\n", stderr: "" });
  const { code, stdout } = await cli({ cwd }, "down", "--json");
  t.equal(code, 0);
  t.strictSame(JSON.parse(stdout), { resources: [] });
});

void t.test("logs and events work with nothing running and nothing there", async (t) => {
  const cwd = t.testdir(shop);
  for (const args of [
    ["logs", "--json"],
    ["events", "--json"],
    ["logs"],
    ["events"],
    ["events", "dead", "--json"],
  ]) {
    t.match(await cli({ cwd }, ...args), { code: 0, stdout: "" }, args.join(" "));
  }
});

void t.test("outside of a project every command says where it looked", async (t) => {
  const cwd = t.testdir();
  // The test's folder lies in a project: a home folder there ends the search.
  for (const args of [["ps"], ["up"], ["config"]]) {
    const result = await cli({ cwd, env: { HOME: cwd } }, ...args, "--json");
    t.equal(result.code, 2, args.join(" "));
    t.match(errorIn(result), { code: "AGENTS_CONFIG_NOT_FOUND", path: cwd, hint: /--cwd/ });
  }
});

void t.test("global options stand before or after the command", async (t) => {
  const cwd = t.testdir({ elsewhere: shop, "x.txt": "" });
  for (const args of [
    ["--cwd", "elsewhere", "--json", "config"],
    ["config", "--json", "--cwd", "elsewhere"],
    ["config", "--json", "-f", "elsewhere/agents.config.json"],
    ["-f", "elsewhere/agents.config.json", "config", "--json"],
  ]) {
    const { code, stdout } = await cli({ cwd }, ...args);
    t.equal(code, 0, args.join(" "));
    t.match(JSON.parse(stdout), { name: "shop", root: join(cwd, "elsewhere") });
  }
});

void t.test("config prints the resolved config, its schema, or all problems with exit 2", async (t) => {
  const cwd = t.testdir(shop);
  t.match((await cli({ cwd }, "config")).stdout, /^name: shop$/m);
  t.match(JSON.parse((await cli({ cwd }, "config", "--json")).stdout), {
    agents: { stock: { uses: ["redis"], replicas: 1 } },
  });
  t.match(JSON.parse((await cli({ cwd }, "config", "--schema")).stdout), {
    $schema: /2020-12/,
    required: ["name", "agents"],
  });
  writeFileSync(
    join(cwd, "agents.config.json"),
    '{ "name": "shop", "agents": { "stock": { "entri": "x", "port": "7o08" } } }',
  );
  const text = await cli({ cwd }, "config");
  t.equal(text.code, 2);
  t.equal(
    text.stderr,
    [
      "agents.config.json: 3 problems",
      '  agents.stock.entri  "entri" is not a setting of an agent. Did you mean "entry"?',
      "  agents.stock.entry  is missing: expected entry (a file), command (a list) or image.",
      '  agents.stock.port   "7o08" is not a port: expected an integer from 1 to 65535 (0: a free one is chosen).  [AGENTS_CONFIG_INVALID]',
      "",
    ].join("\n"),
  );
});

void t.test("colour is for terminals, unless it is asked for, and never with NO_COLOR", async (t) => {
  const cwd = t.testdir(shop);
  const coloured = async (env: Record<string, string>, ...args: readonly string[]) =>
    (await cli({ cwd, env }, "ps", ...args)).stderr.includes("\u001B[");
  t.equal(await coloured({}), false);
  t.equal(await coloured({ FORCE_COLOR: "1" }), true);
  t.equal(await coloured({ FORCE_COLOR: "1", NO_COLOR: "1" }), false);
  t.equal(await coloured({ FORCE_COLOR: "1" }, "--no-color"), false);
});

void t.test("doctor says what will run and fails where something keeps agents from running", async (t) => {
  const cwd = t.testdir(shop);
  const good = await cli({ cwd, env: { PATH: "/nowhere", DOCKER_HOST: NO_DOCKER } }, "doctor", "--json");
  t.equal(good.code, 0);
  t.match(JSON.parse(good.stdout), {
    checks: [
      { name: "node", status: "ok" },
      { name: "config", status: "ok" },
    ],
    runs: {
      redis: "embedded",
      sqlserver: "embedded",
      ollama: /^(embedded|local|external)$/,
      sidecar: "embedded",
    },
  });
  writeFileSync(
    join(cwd, "agents.config.json"),
    JSON.stringify({ name: "shop", agents: { a: { entry: "missing.ts" }, b: { image: "b:1" } } }),
  );
  const bad = await cli({ cwd }, "doctor", "--json");
  t.equal(bad.code, 1);
  const {
    checks,
  }: {
    readonly checks: readonly {
      readonly name: string;
      readonly status: string;
      readonly action: string | null;
    }[];
  } = JSON.parse(bad.stdout);
  t.strictSame(
    checks.filter(({ status }) => status === "fail").map(({ name }) => name),
    ["agents.a", "agents.b"],
  );
  t.ok(checks.filter(({ status }) => status === "fail").every(({ action }) => action !== null));

  writeFileSync(join(cwd, "agents.config.json"), "{ broken");
  const unread = await cli({ cwd }, "doctor");
  t.equal(unread.code, 1);
  t.match(unread.stdout, /✗ config/u);
  t.notMatch(unread.stdout, /what runs here|not in the config/u, "nobody knows what would run");
});

void t.test("a package.json that is broken is the user's, and named", async (t) => {
  const config = JSON.stringify({ name: "x", agents: { a: { command: ["node", "a.js"] } } });
  const cwd = t.testdir({ "agents.config.json": config, "package.json": '{ "name": ' });
  const { code, stderr } = await cli({ cwd }, "config");
  t.equal(code, 2);
  t.match(
    stderr,
    /^A file beside the config cannot be read: .*package\.json: .*\[AGENTS_CONFIG_UNREADABLE\]\n$/s,
  );
  t.notMatch(stderr, /This is a bug/);
});
