import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Test } from "tap";
import t from "tap";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureConfig, fixtureProject, pick, REPO, resourceOf, until } from "../helpers/system.ts";

const TOPIC = "things.happened";

t.test("a run whose state folder is deleted accepts nothing more, says so and ends", async (t) => {
  const project = busProject(t);
  const up = project.up(["--no-watch"]);
  await up.ready();
  const port = Number(pick(resourceOf(await project.json(["ps"]), "one-dapr"), "port"));
  t.equal(await publish(port), 204);
  rmSync(join(project.root, ".agents"), { recursive: true });
  t.equal(await publish(port), 500);
  await up.event(
    "the folder is gone",
    (event) =>
      event["type"] === "notice" &&
      /events\.db was deleted, moved or replaced.*stopped/.test(String(event["text"])),
  );
  t.equal(await up.closed, 1);
  t.match(up.stderr, /events\.db was deleted.*nothing can be kept/);
  t.match(up.stderr, /Start anew with agents up/);
  t.same(project.survivors(), []);
  const next = project.up(["--no-watch"]);
  await next.ready();
  t.equal((await project.agents(["down"])).code, 0);
  t.equal(await next.closed, 0);
});

t.test("a file where the state folder belongs is said, and is nothing that runs", async (t) => {
  const project = busProject(t);
  const file = join(project.root, ".agents");
  writeFileSync(file, "");
  const { code, stderr } = await project.agents(["up"]);
  t.equal(code, 1);
  t.match(
    stderr,
    `${file} cannot be used: a file stands where a folder is expected.\n  Move that file away.`,
  );
  t.equal((await project.agents(["ps"])).code, 3);
  t.match(await project.agents(["down"]), { code: 0, stdout: "nothing is running\n" });
  rmSync(file);
});

t.test("a run in the background whose state folder is deleted ends too", async (t) => {
  const project = busProject(t);
  t.equal((await project.agents(["up", "-d", "--no-watch"])).code, 0);
  t.ok(project.survivors().length > 0);
  rmSync(join(project.root, ".agents"), { recursive: true });
  await until("nothing of it is left", () => project.survivors().length === 0);
});

t.test("a run whose journal is deleted ends, as it could keep no event", async (t) => {
  const project = busProject(t);
  const up = project.up(["--no-watch"]);
  await up.ready();
  rmSync(join(project.root, ".agents/events.db"));
  t.equal(await up.closed, 1);
  t.match(up.stderr, /events\.db was deleted/);
});

t.test(
  "a run whose state folder is away for one publish ends, as what it was told then is lost",
  async (t) => {
    const project = busProject(t);
    const up = project.up(["--no-watch"]);
    await up.ready();
    const port = Number(pick(resourceOf(await project.json(["ps"]), "one-dapr"), "port"));
    const [folder, away] = [join(project.root, ".agents"), join(project.root, "away")];
    renameSync(folder, away);
    t.equal(await publish(port), 500);
    renameSync(away, folder);
    t.equal(await up.closed, 1);
    t.match(up.stderr, /events\.db was deleted, moved or replaced/);
  },
);

t.test("a run whose state store is deleted ends too, and says so in its own log", async (t) => {
  const project = busProject(t, { "agents-statestore": { kind: "statestore" } });
  const up = project.up(["--no-watch"]);
  await up.ready();
  rmSync(join(project.root, ".agents/state/agents-statestore.db"));
  t.equal(await up.closed, 1);
  t.match(up.stderr, /agents-statestore\.db was deleted/);
  t.match((await project.agents(["logs", "agents"])).stdout, /agents-statestore\.db was deleted/);
});

t.test(
  "a damaged journal that is moved aside when the sidecars' thread is replaced does not end the run",
  async (t) => {
    const project = busProject(
      t,
      {},
      { NODE_OPTIONS: `--import=${join(REPO, "test/fixtures/ends-workers-on-signal.js")}` },
    );
    const up = project.up(["--no-watch"]);
    await up.ready();
    for (const name of ["events.db", "events.db-wal"]) {
      const file = join(project.root, ".agents", name);
      writeFileSync(file, Buffer.alloc(statSync(file).size, "damaged"), { flag: "r+" });
    }
    up.child.kill("SIGUSR2");
    await up.event(
      "said",
      (event) => event["type"] === "notice" && /was damaged; it is kept/.test(String(event["text"])),
    );
    await until(
      "the sidecar is back",
      async () => pick(resourceOf(await project.json(["ps"]), "one-dapr"), "state") === "ready",
    );
    const port = Number(pick(resourceOf(await project.json(["ps"]), "one-dapr"), "port"));
    t.equal(await publish(port), 204);
    await until(
      "the journal that began anew is read",
      async () => (await project.lines(["events"])).length === 1,
    );
    t.equal(up.child.exitCode, null);
  },
);

t.test("a publish while another program holds the journal fails without a stack", async (t) => {
  const project = busProject(t);
  await project.up(["--no-watch"]).ready();
  const other = new DatabaseSync(join(project.root, ".agents/events.db"), { timeout: 5000 });
  other.exec("BEGIN IMMEDIATE");
  const event = JSON.stringify({ specversion: "1.0", id: "1", source: "test", type: TOPIC, data: {} });
  const { code, stderr } = await project.agents(["publish", TOPIC, "--raw", "--data", "-"], event);
  other.close();
  t.equal(code, 1);
  t.match(stderr, /nothing can be kept now: database is locked/);
  t.notMatch(stderr, /^ +at /m);
});

t.test("`down -v` removes the folder of a run that ends as it should", async (t) => {
  const project = busProject(t);
  const up = project.up(["--no-watch"]);
  await up.ready();
  t.equal((await project.agents(["down", "-v"])).code, 0);
  t.equal(await up.closed, 0, up.stderr);
  t.notOk(existsSync(join(project.root, ".agents/events.db")));
});

function busProject(
  t: Test,
  more: Readonly<Record<string, unknown>> = {},
  env: NodeJS.ProcessEnv = {},
): Project {
  const one = { command: fixture("takes-events.js"), subscribes: [TOPIC] };
  const project = fixtureProject(t, { one }, env);
  const components = { "agents-pubsub": { kind: "pubsub" }, ...more };
  project.write({
    "agents.config.json": JSON.stringify(Object.assign({}, fixtureConfig({ one }), { components })),
  });
  return project;
}

function publish(port: number): Promise<number | undefined> {
  const path = `/v1.0/publish/agents-pubsub/${TOPIC}`;
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method: "POST", agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
    });
    call.on("error", reject);
    call.end("{}");
  });
}
