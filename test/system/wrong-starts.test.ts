import { once } from "node:events";
import net from "node:net";
import t from "tap";
import type { Test } from "tap";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureConfig, fixtureProject, pick } from "../helpers/system.ts";

/** Fails with one clear message, the right exit code, no stack, and nothing left. */
async function failsWith(
  t: Test,
  project: Project,
  args: readonly string[],
  code: number,
  errorCode: string,
): Promise<string> {
  const ran = await project.agents(["up", "--ui", "none", ...args]);
  t.equal(ran.code, code, ran.stderr);
  t.match(ran.stderr, `[${errorCode}]`);
  t.notMatch(ran.stderr, /^\s+at .*:\d+:\d+/m, "no stack");
  t.same(project.survivors(), []);
  t.equal((await project.agents(["ps"])).code, 3);
  return ran.stderr;
}

t.test("a port in use starts nothing and names who holds it, a free one and the flag", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const project = fixtureProject(t, { one: { command: fixture("listens.js"), port } });
  const message = await failsWith(t, project, [], 1, "AGENTS_PORT_TAKEN");
  t.match(message, new RegExp(`one cannot listen on port ${port}`));
  t.match(message, `pid ${process.pid}`);
  t.match(message, "--isolated");
  const up = project.up(["--isolated"]);
  await up.ready();
  t.pass("--isolated picks a free one");
});

t.test("a missing entry, a broken entry and a broken config are found before anything starts", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  project.write({
    "agents.config.json": JSON.stringify({
      name: "x",
      agents: { one: { command: fixture("listens.js") }, two: { entry: "src/mian.ts" } },
    }),
  });
  t.match(await failsWith(t, project, [], 2, "AGENTS_ENTRY_NOT_FOUND"), "src/mian.ts");
  project.write({ "src/mian.ts": "const a = 1;\nconst = 2;\n" });
  t.match(await failsWith(t, project, [], 2, "AGENTS_ENTRY_BROKEN"), "src/mian.ts:2:7");
  project.write({
    "agents.config.json": JSON.stringify({
      name: "x",
      agents: { one: { command: fixture("listens.js"), prot: 1 }, two: { comand: ["x"] } },
    }),
  });
  const message = await failsWith(t, project, [], 2, "AGENTS_CONFIG_INVALID");
  t.match(message, /prot.*port/s);
  t.match(message, /comand.*command/s);
  project.write({ "agents.config.json": '{ "name": ' });
  await failsWith(t, project, [], 2, "AGENTS_CONFIG_UNREADABLE");
});

t.test("an agent that exits at once ends in a named crash loop with its last words", async (t) => {
  const project = fixtureProject(t, {
    good: { command: fixture("listens.js") },
    bad: { command: fixture("exits-at-once.js") },
  });
  const message = await failsWith(t, project, [], 1, "AGENTS_CRASH_LOOP");
  t.match(message, /bad crashed 5 times/);
  t.equal(message.match(/cannot go on/g)?.length, 1, "the words of its last life, not of all five");
  const ran = await project.agents(["up", "-d", "--json"]);
  t.equal(ran.code, 1);
  t.match(
    JSON.parse(ran.stderr),
    { error: { code: "AGENTS_CRASH_LOOP" } },
    "the same detached, as one line of JSON",
  );
  t.same(project.survivors(), []);
});

t.test("an agent that never becomes ready ends with 4 and says what is missing", async (t) => {
  const project = fixtureProject(t, { slow: { command: fixture("never-listens.js") } });
  const message = await failsWith(t, project, ["--wait-timeout", "1"], 4, "AGENTS_NOT_READY");
  t.match(message, "slow");
});

t.test("a command that does not exist is no stack trace", async (t) => {
  const project = fixtureProject(t, { one: { command: ["no-such-program"] } });
  t.match(await failsWith(t, project, [], 1, "AGENTS_SPAWN_FAILED"), "no-such-program");
});

t.test("what this version cannot run is refused before anything starts", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js"), replicas: 2 } });
  await failsWith(t, project, [], 2, "AGENTS_NOT_SUPPORTED");
});

t.test("a container without a Docker is refused before anything starts, with what to do", async (t) => {
  const nowhere = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
  const project = fixtureProject(t, { one: { image: "busybox" } }, nowhere);
  const message = await failsWith(t, project, [], 1, "AGENTS_DOCKER_NOT_RUNNING");
  t.match(message, /one is a container \(busybox\): Docker does not answer at \/nowhere\/docker\.sock/u);
  t.match(message, /systemctl start docker/u);
  t.same(project.survivors(), []);
});

t.test("ps, logs, stop and down work while the config is broken", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  const up = project.up();
  await up.ready();
  project.write({ "agents.config.json": "{ broken" });
  await up.event(
    "the broken config is shown",
    (event) => event["type"] === "notice" && event["level"] === "error",
  );
  t.match(await project.json(["ps"]), { state: "ready" });
  t.equal((await project.agents(["logs"])).code, 0);
  t.equal((await project.agents(["stop", "one"])).code, 0);
  t.match(await project.json(["ps"]), { resources: [{}, { name: "one", state: "stopped" }] });
  t.equal((await project.agents(["down"])).code, 0);
});

t.test("saving the config touches only what changed, and a new agent starts by itself", async (t) => {
  const one = { command: fixture("listens.js") };
  const project = fixtureProject(t, { one });
  const up = project.up();
  await up.ready();
  const pid = pidOf(await project.json(["ps"]), "one");
  project.write({ "agents.config.json": JSON.stringify(fixtureConfig({ one, two: one })) });
  await up.event(
    "two is ready",
    (event) => pick(event, "resource", "name") === "two" && pick(event, "resource", "state") === "ready",
  );
  t.equal(pidOf(await project.json(["ps"]), "one"), pid, "one was not touched");
  project.write({ "agents.config.json": JSON.stringify(fixtureConfig({ one })) });
  await up.event("two is gone", (event) => event["type"] === "removed" && event["name"] === "two");
  t.equal(pidOf(await project.json(["ps"]), "one"), pid);
  project.write({
    "agents.config.json": JSON.stringify(fixtureConfig({ one: { ...one, env: { GREETING: "hello" } } })),
  });
  await up.event(
    "one restarted",
    (event) =>
      pick(event, "resource", "lastExit", "cause") === "config" &&
      pick(event, "resource", "state") === "ready",
  );
  t.not(pidOf(await project.json(["ps"]), "one"), pid);
});

function pidOf(run: unknown, name: string): unknown {
  const resources = pick(run, "resources");
  const found: unknown = Array.isArray(resources)
    ? resources.find((resource: unknown) => pick(resource, "name") === name)
    : undefined;
  return pick(found, "pid");
}
