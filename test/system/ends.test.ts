import { readdirSync, readFileSync } from "node:fs";
import net from "node:net";
import t from "tap";
import { portHolder } from "../../src/runtime/resources/process/port-holder.ts";
import { fixture, fixtureProject, pick, systemProject, until } from "../helpers/system.ts";

const six = {
  one: { command: fixture("listens.js") },
  two: { command: fixture("listens.js") },
  three: { command: fixture("listens.js") },
  four: { command: fixture("listens.js") },
  stubborn: { command: fixture("listens-stubbornly.js"), stopTimeout: 1500 },
  stray: { command: fixture("listens-with-stray.js"), stopTimeout: 1500 },
};

t.test(
  "kill -9 of the orchestrator: after 2 s nothing of six processes is left, and their ports are free",
  async (t) => {
    const project = fixtureProject(t, six);
    const up = project.up();
    await up.ready();
    const ports = portsOf(await project.json(["ps"]));
    t.equal(ports.length, 12, "six agents and their sidecars");
    const before = project.survivors().length;
    t.ok(before >= 7, `six processes and a grandchild run (${before})`);
    up.child.kill("SIGKILL");
    await until("nothing of it is left", () => project.survivors().length === 0, 2_000);
    for (const port of ports) t.ok(await isGivenBack(port, project.root), `port ${port} is free`);
    const next = project.up();
    await next.ready();
    t.pass("the stale .agents/ is repaired");
  },
);

t.test("SIGHUP, as from a closed terminal, stops everything in order", async (t) => {
  const project = fixtureProject(t, six);
  const up = project.up();
  await up.ready();
  up.child.kill("SIGHUP");
  t.equal(await up.closed, 0);
  t.same(project.survivors(), []);
});

t.test("Ctrl-C ends with 130, SIGTERM with 0", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  const first = project.up();
  await first.ready();
  first.child.kill("SIGINT");
  t.equal(await first.closed, 130);
  const second = project.up();
  await second.ready();
  second.child.kill("SIGTERM");
  t.equal(await second.closed, 0);
  t.same(project.survivors(), []);
});

t.test("a second Ctrl-C kills what does not stop", async (t) => {
  const project = fixtureProject(t, {
    stubborn: { command: fixture("listens-stubbornly.js"), stopTimeout: 60_000 },
  });
  const up = project.up();
  await up.ready();
  up.child.kill("SIGINT");
  await up.event("stopping", (event) => pick(event, "resource", "state") === "stopping");
  // Within 0.3 s it would be the same press: npm passes on what the terminal has sent already.
  await new Promise((resolve) => setTimeout(resolve, 400));
  up.child.kill("SIGINT");
  t.equal(await up.closed, 130);
  t.same(project.survivors(), []);
});

t.test("Ctrl-C in the middle of the first build cuts it off, and nothing is started or left", async (t) => {
  const project = systemProject(t);
  const up = project.up();
  const builds = (): boolean =>
    project.survivors().length > 0 || childrenOf(up.child.pid).some((command) => command.includes("esbuild"));
  await until("it builds", builds, 20_000);
  up.child.kill("SIGINT");
  t.equal(await up.closed, 130, up.stderr);
  t.equal(up.stderr, "");
  t.same(up.events, [], "no agent was started");
  t.same(childrenOf(up.child.pid), []);
  t.equal((await project.agents(["ps"])).code, 3);
});

t.test("a run that Ctrl-Z has suspended is told as such at once, and down ends it", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  const up = project.up();
  await up.ready();
  up.child.kill("SIGSTOP");
  await until("it is suspended", () => /^State:\tT/m.test(statusOf(up.child.pid)));
  for (const args of [
    ["ps"],
    ["logs", "-f"],
    ["publish", "a.b.c", "--force", "--data", "{}"],
    ["up"],
    ["restart", "one"],
  ]) {
    const { code, stderr } = await project.agents(args);
    t.equal(code, 1, args.join(" "));
    t.match(
      stderr,
      `does not answer: it is suspended.\n  Let it go on with fg in its terminal, or with: kill -CONT ${up.child.pid}`,
    );
  }
  const all = await project.agents(["ps", "--all"]);
  t.match(all.stderr, /it is suspended/);
  t.equal((await project.agents(["down"])).code, 0);
  t.equal(await up.closed, 0);
  t.same(project.survivors(), []);
});

t.test("of two that start at once in a folder one starts and the other attaches", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  const ups = [project.up(), project.up(), project.up()];
  await Promise.all(
    ups.map(async (up) => await up.event("snapshot or ready", (event) => event["type"] === "snapshot")),
  );
  await until("one has written its run file", async () => (await project.agents(["ps"])).code === 0);
  const pid = pick(await project.json(["ps"]), "pid");
  t.equal(ups.filter((up) => up.child.pid === pid).length, 1, "one is the orchestrator");
  await until("its agent is ready", async () => pick(await project.json(["ps"]), "state") === "ready");
  t.equal(project.survivors().length, 1, "its agent runs once");
  for (const up of ups) if (up.child.pid !== pid) up.child.kill("SIGINT");
  t.equal((await project.agents(["ps"])).code, 0, "who attached only looks away");
});

t.test("who looks on at a run that is killed ends, too, and starts none of its own", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  const up = project.up();
  await up.ready();
  const onlooker = project.up();
  await onlooker.event("snapshot", (event) => event["type"] === "snapshot");
  up.child.kill("SIGKILL");
  t.equal(await onlooker.closed, 1);
  t.equal((await project.agents(["ps"])).code, 3);
});

t.test("up -d returns when all is ready, and down leaves nothing", async (t) => {
  const project = fixtureProject(t, { one: { command: fixture("listens.js") } });
  t.match(await project.json(["up", "-d"]), {
    state: "ready",
    resources: [{ name: "one-dapr" }, { name: "one", state: "ready" }],
  });
  t.match(await project.json(["up", "-d"]), { state: "ready" }, "again: it is up already");
  t.equal((await project.agents(["down"])).code, 0);
  t.equal((await project.agents(["ps"])).code, 3);
  t.equal((await project.agents(["down"])).code, 0, "down with nothing running is fine");
  t.same(project.survivors(), []);
});

/** Command lines of the processes that one has started. */
function childrenOf(pid: number | undefined): readonly string[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const parent = /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1];
      return Number(parent) === pid ? [readFileSync(`/proc/${name}/cmdline`, "utf8")] : [];
    } catch {
      return []; // no process, or one that has ended
    }
  });
}

function statusOf(pid: number | undefined): string {
  return readFileSync(`/proc/${pid}/status`, "utf8");
}

function portsOf(run: unknown): readonly number[] {
  const resources = pick(run, "resources");
  return Array.isArray(resources) ? resources.map((resource: unknown) => Number(pick(resource, "port"))) : [];
}

/** Free, or held by somebody else by now: others choose ports on this machine, too. */
async function isGivenBack(port: number, root: string): Promise<boolean> {
  if (await isFree(port)) return true;
  const holder = await portHolder(port);
  return (holder !== null && holder.run !== root) || (await isFree(port));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
