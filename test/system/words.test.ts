import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import t from "tap";
import { fixture, fixtureProject, pick, resourceOf, until } from "../helpers/system.ts";

/* What people read: each thing said once, in one word, and with what to do. */

const migrate = { kind: "task", command: ["sh", "-c", "sleep 0.3"] };
const listens = { command: fixture("listens.js"), health: "tcp" };

void t.test(
  "a task is told once, a stand-in by its one word, and nobody is invited to a run that has ended",
  async (t) => {
    const project = fixtureProject(t, {});
    project.write({
      "agents.config.json": JSON.stringify({
        name: "words",
        resources: { migrate, llm: { kind: "ollama", port: 9 } },
        agents: { quick: { ...listens, dependsOn: { migrate: "completed" } } },
      }),
    });
    const up = project.agents(["up", "--ui", "plain"]);
    await until("it is ready", async () => {
      const ps = await project.agents(["ps", "--json"]);
      return ps.code === 0 && pick(JSON.parse(ps.stdout), "state") === "ready";
    });
    const run = await project.json(["ps"]);
    t.equal(pick(resourceOf(run, "llm"), "implementation"), "embedded");
    t.equal(pick(resourceOf(run, "quick"), "llm"), null, "it asks no model");
    t.equal((await project.agents(["down"])).code, 0);
    const { stdout, code } = await up;
    t.equal(code, 0);
    t.equal(stdout.match(/✓ migrate/g)?.length, 1);
    t.match(
      stdout,
      /^ {2}llm +embedded +answers are deterministic samples, marked as such \(asked for with --mode embedded\)$/m,
    );
    t.notMatch(stdout.slice(stdout.indexOf("stopping")), /see|stop {3}/);
  },
);

void t.test("--llm live without an Ollama says that it is unreachable and what to do", async (t) => {
  const project = fixtureProject(t, {});
  project.write({
    "agents.config.json": JSON.stringify({
      name: "words",
      resources: { llm: { kind: "ollama", port: 9 } },
      agents: { quick: { ...listens, uses: ["llm"] } },
    }),
  });
  const up = project.up(["--llm", "live"]);
  await up.ready();
  t.match(resourceOf(await project.json(["ps"]), "llm"), {
    implementation: "local",
    reason: /^unreachable: no ollama answers at http:\/\/127\.0\.0\.1:9; start it \(ollama serve\)/,
  });
});

void t.test(
  "a taken sidecar port is one line, and what is told of a run in the background is kept in its log",
  async (t) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    t.teardown(() => taken.close());
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const project = fixtureProject(t, {});
    const agents = { quick: { ...listens, sidecarPort: port } };
    const components = { "agents-pubsub": { kind: "pubsub" } };
    project.write({ "agents.config.json": JSON.stringify({ name: "words", components, agents }) });
    const up = await project.agents(["up", "-d"]);
    t.equal(up.code, 0);
    t.equal(up.stderr.match(new RegExp(`port ${port} is taken`, "g"))?.length, 1, up.stderr);
    const { stdout } = await project.agents(["logs", "agents"]);
    t.equal(stdout.match(new RegExp(`port ${port} is taken`, "g"))?.length, 1, stdout);
    const typo = await project.agents(["up", "quik"]);
    t.equal(typo.code, 2);
    t.match(typo.stderr, /Did you mean quick\?/);
    t.notMatch(typo.stderr, /already running/);

    for (const type of ["things.later", "things.earlier"])
      t.match(await project.agents(["publish", type, "--force", "--data", "{}"]), { code: 0, stderr: "" });
    t.equal((await project.agents(["down"])).code, 0);
    // As with a Redis, where what nobody listens to is recorded after what was delivered.
    const db = new DatabaseSync(join(project.root, ".agents/events.db"));
    db.exec("UPDATE events SET time = time - 60000 WHERE topic = 'things.earlier'");
    db.close();
    const events = await project.agents(["events"]);
    t.match(events.stdout, /things\.earlier[^]*things\.later/u, "events stand in the order of their times");
  },
);

void t.test("an external resource that does not answer is not looked for in our logs", async (t) => {
  const project = fixtureProject(t, {});
  project.write({
    "agents.config.json": JSON.stringify({
      name: "words",
      resources: { crm: { kind: "external", url: "http://127.0.0.1:9/" } },
      agents: { quick: listens },
    }),
  });
  const { code, stderr } = await project.agents(["up", "--wait-timeout", "1"]);
  t.equal(code, 4);
  t.match(stderr, /crm/);
  t.notMatch(stderr, /agents logs crm/);
  t.match(stderr, /Start it yourself/);
});

void t.test("--version takes --json, before and after", async (t) => {
  const project = fixtureProject(t, {});
  for (const args of [
    ["--version", "--json"],
    ["--json", "--version"],
  ])
    t.match(JSON.parse((await project.agents(args)).stdout), { version: /^\d+\.\d+\.\d+/ });
});

void t.test("who uses an external resource is told where it is", async (t) => {
  const project = fixtureProject(t, {});
  project.write({
    "agents.config.json": JSON.stringify({
      name: "words",
      resources: {
        crm: { kind: "external", url: "http://example.org:8080/api" },
        migrate: { kind: "task", command: ["sh", "-c", "echo migrate sees $CRM_URL"], uses: ["crm"] },
      },
      agents: {
        clerk: {
          command: ["sh", "-c", `echo clerk sees $CRM_URL; exec "$0" "$1"`, ...fixture("listens.js")],
          health: "tcp",
          uses: ["crm"],
          dependsOn: { migrate: "completed" },
        },
      },
    }),
  });
  await project.up().ready();
  const { stdout } = await project.agents(["logs", "clerk", "migrate"]);
  t.match(stdout, /clerk sees http:\/\/example\.org:8080\/api/);
  t.match(stdout, /migrate sees http:\/\/example\.org:8080\/api/);
});

void t.test(
  "a port that another run holds is freed by ending that run, not by killing what it would restart",
  async (t) => {
    const first = fixtureProject(t, { one: listens });
    await first.up().ready();
    const port = pick(resourceOf(await first.json(["ps"]), "one"), "port");
    const second = fixtureProject(t, { one: { ...listens, port } });
    const { code, stderr } = await second.agents(["up"]);
    t.equal(code, 1);
    t.match(stderr, `It is part of another run: end that (agents down --cwd ${first.root})`);
  },
);
