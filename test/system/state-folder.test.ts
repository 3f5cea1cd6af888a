import { existsSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Test } from "tap";
import t from "tap";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureConfig, fixtureProject, pick, resourceOf, until } from "../helpers/system.ts";

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
      /\.agents was deleted, moved or replaced.*stopped/.test(String(event["text"])),
  );
  t.equal(await up.closed, 1);
  t.match(up.stderr, /\.agents was deleted.*nothing can be kept/);
  t.match(up.stderr, /Start anew with agents up/);
  t.same(project.survivors(), []);
  const next = project.up(["--no-watch"]);
  await next.ready();
  t.equal((await project.agents(["down"])).code, 0);
  t.equal(await next.closed, 0);
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

t.test("`down -v` removes the folder of a run that ends as it should", async (t) => {
  const project = busProject(t);
  const up = project.up(["--no-watch"]);
  await up.ready();
  t.equal((await project.agents(["down", "-v"])).code, 0);
  t.equal(await up.closed, 0, up.stderr);
  t.notOk(existsSync(join(project.root, ".agents/events.db")));
});

function busProject(t: Test): Project {
  const one = { command: fixture("takes-events.js"), subscribes: [TOPIC] };
  const project = fixtureProject(t, { one });
  const components = { "agents-pubsub": { kind: "pubsub" } };
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
