import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Test } from "tap";
import t from "tap";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureConfig, fixtureProject, pick, REPO, resourceOf, until } from "../helpers/system.ts";

const TOPIC = "things.happened";

t.test("a sidecar that was shut down through its API comes back and delivers again", async (t) => {
  const project = busProject(t, {
    one: { command: fixture("takes-events.js"), subscribes: [TOPIC] },
  });
  await project.up(["--no-watch"]).ready();
  const port = await sidecarPort(project, "one");
  t.equal(await post(port, `/v1.0/publish/agents-pubsub/${TOPIC}`), 204);
  await until("it is delivered", async () => (await statuses(project)).join() === "success");
  const { pid } = await view(project, "one");
  t.equal(await post(port, "/v1.0/shutdown"), 204);
  await until("it is back", async () => {
    const sidecar = await view(project, "one-dapr");
    return sidecar.state === "ready" && sidecar.restarts === 1;
  });
  t.equal(await post(port, `/v1.0/publish/agents-pubsub/${TOPIC}`), 204);
  await until("the second is delivered", async () => (await statuses(project)).join() === "success,success");
  t.match(await view(project, "one"), { pid, restarts: 0 }, "the agent went on all the time");
});

t.test("when the sidecars' thread dies the run goes on, and so do the deliveries", async (t) => {
  const project = busProject(
    t,
    {
      one: { command: fixture("takes-events.js"), subscribes: [TOPIC] },
      two: { command: fixture("takes-events.js"), subscribes: [TOPIC], port: 0 },
    },
    { NODE_OPTIONS: `--import=${join(REPO, "test/fixtures/ends-workers-on-signal.js")}` },
  );
  const up = project.up(["--no-watch"]);
  await up.ready();
  const port = await sidecarPort(project, "one");
  const { pid } = await view(project, "one");
  up.child.kill("SIGUSR2");
  // While there is no sidecar at all, an agent ends.
  process.kill(pid, "SIGKILL");
  await until("all are back", async () => {
    const [one, sidecar, other] = await Promise.all(
      ["one", "one-dapr", "two-dapr"].map((name) => view(project, name)),
    );
    return [one, sidecar, other].every((each) => each?.state === "ready" && each.restarts === 1);
  });
  t.match((await view(project, "two-dapr")).reason, /restarted: the embedded sidecar ended/);
  t.equal(up.child.exitCode, null);
  t.equal(await post(port, `/v1.0/publish/agents-pubsub/${TOPIC}`), 204);
  await until("it is delivered to both", async () => (await statuses(project)).join() === "success,success");
  t.match(await view(project, "two"), { restarts: 0 });
});

t.test("an agent that finishes its work when it is asked to stop is not killed", async (t) => {
  const project = busProject(t, {
    one: {
      command: fixture("takes-events.js"),
      subscribes: [TOPIC],
      stopTimeout: 2_000,
      env: { ANSWER: "at-the-end" },
    },
  });
  await project.up(["--no-watch"]).ready();
  t.equal(await post(await sidecarPort(project, "one"), `/v1.0/publish/agents-pubsub/${TOPIC}`), 204);
  await until("it is with the agent", async () => (await statuses(project)).join() === "delivering");
  t.equal((await project.agents(["stop", "one"])).code, 0);
  t.match(await view(project, "one"), { state: "stopped", lastExit: { code: 0, signal: null } });
  t.same(await statuses(project), ["success"]);
});

t.test(
  "a sidecar whose port was taken since it was chosen takes another, and its agent is told",
  async (t) => {
    const project = busProject(t, { one: { command: fixture("takes-events.js"), subscribes: [TOPIC] } });
    await project.up(["--no-watch"]).ready();
    const port = await sidecarPort(project, "one");
    t.equal((await project.agents(["stop", "one"])).code, 0);
    const stranger = createServer().listen(port, "127.0.0.1");
    t.teardown(() => stranger.close());
    await once(stranger, "listening");
    t.equal((await project.agents(["start", "one"])).code, 0);
    const moved = await sidecarPort(project, "one");
    t.not(moved, port);
    t.match(await view(project, "one-dapr"), {
      state: "ready",
      reason: `port ${port} is taken: it listens on ${moved} instead`,
    });
    const { pid } = await view(project, "one");
    t.match(readFileSync(`/proc/${pid}/environ`, "latin1"), `DAPR_HTTP_PORT=${moved}\0`);
    t.equal(await post(moved, `/v1.0/publish/agents-pubsub/${TOPIC}`), 204);
    await until("it is delivered", async () => (await statuses(project)).join() === "success");
  },
);

/** A fixture project whose sidecars have a bus. */
function busProject(
  t: Test,
  agents: Readonly<Record<string, Record<string, unknown>>>,
  env: NodeJS.ProcessEnv = {},
): Project {
  const project = fixtureProject(t, agents, env);
  const components = { "agents-pubsub": { kind: "pubsub" } };
  project.write({
    "agents.config.json": JSON.stringify(Object.assign({}, fixtureConfig(agents), { components })),
  });
  return project;
}

interface View {
  readonly state: unknown;
  readonly pid: number;
  readonly restarts: unknown;
  readonly reason: unknown;
  readonly lastExit: unknown;
}

async function view(project: Project, name: string): Promise<View> {
  const found = resourceOf(await project.json(["ps"]), name);
  return {
    state: pick(found, "state"),
    pid: Number(pick(found, "pid")),
    restarts: pick(found, "restarts"),
    reason: pick(found, "reason"),
    lastExit: pick(found, "lastExit"),
  };
}

/** The status of every delivery there is. */
async function statuses(project: Project): Promise<unknown[]> {
  const events = await project.lines(["events", "-n", "100"]);
  return events.flatMap((event) => {
    const deliveries = pick(event, "deliveries");
    return Array.isArray(deliveries) ? deliveries.map((one: unknown) => pick(one, "status")) : [];
  });
}

async function sidecarPort(project: Project, agent: string): Promise<number> {
  return Number(pick(resourceOf(await project.json(["ps"]), `${agent}-dapr`), "port"));
}

function post(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        agent: false,
        headers: { "content-type": "application/json" },
      },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode));
      },
    );
    call.on("error", reject);
    call.end("{}");
  });
}
