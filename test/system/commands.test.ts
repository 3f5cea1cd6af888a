import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import t from "tap";
import { acquireRunLock } from "../../src/runtime/control/run-lock.ts";
import { freePort } from "../helpers/free-port.ts";
import { startCli } from "../cli/run-cli.ts";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureProject, pick, resourceOf, until } from "../helpers/system.ts";

const good = { command: fixture("listens.js") };
const bad = { command: fixture("exits-at-once.js") };
const slow = { command: fixture("never-listens.js") };

const background = (project: Project, ...args: readonly string[]) =>
  startCli({ cwd: project.root, env: { XDG_STATE_HOME: project.env["XDG_STATE_HOME"] ?? "" } }, ...args);

t.test("start and restart of what crashes end with 1 and say why, after what they touched", async (t) => {
  const project = fixtureProject(t, { good, bad });
  t.equal((await project.agents(["up", "-d", "good"])).code, 0);
  const started = await project.agents(["start", "bad"]);
  t.equal(started.code, 1, started.stderr);
  t.match(started.stdout, /^bad +failed/m);
  t.match(started.stderr, /bad crashed \d+ times.* Last words:\n +cannot go on\n/);
  t.match(started.stderr, /agents restart bad.*\[AGENTS_CRASH_LOOP\]/);
  const restarted = await project.agents(["restart", "bad", "--json"]);
  t.equal(restarted.code, 1);
  t.match(JSON.parse(restarted.stderr), { error: { code: "AGENTS_CRASH_LOOP", path: "bad" } });
  t.match(JSON.parse(restarted.stdout), { resources: [{}, { name: "bad", state: "failed" }] });
  t.equal((await project.agents(["stop", "bad"])).code, 0, "what failed can be stopped");
  t.equal((await project.agents(["restart", "good"])).code, 0);
});

t.test(
  "start of an agent whose port a stranger has taken meanwhile names the port and who holds it",
  async (t) => {
    const port = await freePort();
    const project = fixtureProject(t, { good: { ...good, port } });
    t.equal((await project.agents(["up", "-d"])).code, 0);
    t.equal((await project.agents(["stop", "good"])).code, 0);
    const stranger = createServer().listen(port, "127.0.0.1");
    await once(stranger, "listening");
    t.teardown(() => stranger.close());
    const started = await project.agents(["start", "good"]);
    t.equal(started.code, 1, started.stderr);
    t.match(started.stderr, `good cannot listen on port ${port}: it is held by`);
    t.match(started.stderr, "[AGENTS_PORT_TAKEN]");
  },
);

t.test("nobody waits for ever for an agent that never listens: exit 4, and Ctrl-C is no bug", async (t) => {
  const project = fixtureProject(t, { good, slow });
  t.equal((await project.agents(["up", "-d", "good"])).code, 0);
  for (const args of [
    ["start", "slow"],
    ["restart", "slow"],
  ]) {
    const ran = await project.agents([...args, "--wait-timeout", "4"]);
    t.equal(ran.code, 4, ran.stderr);
    t.match(ran.stderr, /^slow is not ready after 4 s\.\n  slow .*listen/);
    t.match(ran.stderr, `agents ${args.join(" ")} --wait-timeout SECONDS`);
  }
  t.equal((await project.agents(["stop", "slow"])).code, 0);
  const up = await project.agents(["up", "-d", "slow", "--wait-timeout", "1"]);
  t.equal(up.code, 4, up.stderr);
  t.match(up.stderr, "slow is not ready");
  t.equal((await project.agents(["stop", "slow"])).code, 0);

  const waiting = background(project, "start", "slow");
  const said = text(waiting.stderr);
  await until(
    "it is being started",
    async () => pick(resourceOf(await project.json(["ps"]), "slow"), "state") === "starting",
  );
  waiting.kill("SIGINT");
  const [code] = await once(waiting, "close");
  t.equal(code, 130);
  t.equal(await said, "");
});

t.test("only what runs is counted as ready and as stopped", async (t) => {
  const project = fixtureProject(t, { good, other: good, third: good });
  const up = await project.agents(["up", "-d", "good", "other"]);
  t.match(up.stdout, /ready in .* · 2 agents · /);
  t.equal((await project.agents(["stop", "other"])).code, 0);
  t.match((await project.agents(["down"])).stdout, /^stopped 1 agent in /);
});

t.test(
  "a run whose run.json was removed or broken is named with its pid, and hides no other run",
  async (t) => {
    const project = fixtureProject(t, { good });
    const { XDG_STATE_HOME } = project.env;
    const second = fixtureProject(t, { good }, XDG_STATE_HOME === undefined ? {} : { XDG_STATE_HOME });
    const up = project.up();
    const other = second.up();
    await Promise.all([up.ready(), other.ready()]);
    const file = join(project.root, ".agents", "run.json");
    rmSync(file);
    const all = await second.json(["ps", "--all"]);
    t.match(all, [{ root: second.root, state: "ready" }]);
    t.equal(pick(all, "length"), 1);
    const found = await Promise.all([project.agents(["down", "--json"]), project.agents(["up", "--json"])]);
    project.write({ ".agents/run.json": "{" });
    for (const ran of [...found, await project.agents(["down", "--json"])]) {
      t.equal(ran.code, 1, ran.stderr);
      t.match(JSON.parse(ran.stderr), {
        error: { code: "AGENTS_STATE_BROKEN", path: file, hint: new RegExp(`kill ${up.child.pid}$`) },
      });
    }
    up.child.kill("SIGTERM");
    other.child.kill("SIGTERM");
    t.strictSame(await Promise.all([up.closed, other.closed]), [0, 0]);
  },
);

t.test("down waits for a run that only starts, also where the last one has left its run.json", async (t) => {
  const project = fixtureProject(t, { good });
  const up = project.up();
  await up.ready();
  up.child.kill("SIGKILL");
  await up.closed;
  t.ok(existsSync(join(project.root, ".agents", "run.json")));
  const result = acquireRunLock(project.root);
  if (result.at === "taken") throw new Error("the lock of a dead process counts");
  using lock = result.lock; // this process is the run that starts
  const down = background(project, "down");
  const closed = once(down, "close");
  // By the time that two others have come and gone it would have ended, too.
  for (const command of ["ps", "ps"]) await project.agents([command]);
  t.equal(down.exitCode, null, "it waits");
  lock.release();
  t.equal((await closed)[0], 0);
});

t.test("Ctrl-C is answered at once, also before there is anything to be stopped", async (t) => {
  const project = fixtureProject(t, { good });
  rmSync(join(project.root, "agents.config.json"));
  project.write({
    "agents.config.mjs": `import { writeFileSync } from "node:fs";
writeFileSync(new URL("looked", import.meta.url), "");
await new Promise((resolve) => setTimeout(resolve, 20_000));
export default { name: "late", agents: {} };
`,
  });
  const up = background(project, "up", "--ui", "plain");
  t.teardown(() => up.kill("SIGKILL"));
  await until("the config is being read", () => existsSync(join(project.root, "looked")));
  up.kill("SIGINT");
  const [said] = await once(up.stdout, "data");
  t.match(String(said), /^stopping …\n/);
  await delay(400); // within 0.3 s it would be the same press
  up.kill("SIGINT");
  const [code] = await once(up, "close");
  t.equal(code, 130);
});

t.test("a task that is started again is over when the command is", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  project.write({
    "agents.config.json": JSON.stringify({
      name: "tasks",
      resources: { migrate: { kind: "task", command: ["sh", "-c", "sleep 0.5; test ! -e failnow"] } },
      agents: { one: { command: fixture("listens.js"), health: "tcp", dependsOn: { migrate: "completed" } } },
    }),
  });
  t.equal((await project.agents(["up", "-d"])).code, 0);
  t.teardown(async () => void (await project.agents(["down"])));
  t.match(await project.json(["restart", "migrate"]), {
    resources: [{ name: "migrate", state: "completed" }],
  });
  project.write({ failnow: "" });
  const failed = await project.agents(["restart", "migrate"]);
  t.equal(failed.code, 1);
  t.match(failed.stderr, /migrate did not run to a good end \(exit 1\)/);
});
