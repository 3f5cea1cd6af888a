import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { noOwnDaemon, testDocker } from "../helpers/docker.ts";
import { noRedisImage } from "../helpers/images.ts";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureProject, pick, resourceOf, until } from "../helpers/system.ts";
import { startRedis } from "../runtime/daprd/kit.ts";
import { talkOwnRedis, talkRedis } from "../runtime/container/redis-talk.ts";

const NO_DOCKER = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
const noRedis = noRedisImage() === null ? false : "skipped: there is no redis-server on the PATH";

t.test(
  "auto without Docker runs the redis-server of this machine, and stays with it",
  { skip: noRedis },
  async (t) => {
    const project = redisProject(t, NO_DOCKER);
    const up = project.up(["--mode", "auto"]);
    await up.ready();
    const told = await up.event("Docker does not answer", ({ type }) => type === "notice");
    t.match(told["text"], /^Docker does not answer .* Instead: cache is local\./u, "one line says so");
    const cache = resourceOf(await project.json(["ps"]), "cache");
    t.match(cache, { kind: "redis", implementation: "local", state: "ready" });
    const port = Number(pick(cache, "port"));
    const published = await project.json(["publish", "things.happened", "--force", "--data", "{}", "--wait"]);
    t.match(published, { settled: true, deliveries: [{ agent: "one", status: "success" }] });
    t.match(
      await talkOwnRedis(project.root, "cache", port, ["XLEN", "things.happened"]),
      /:1\r\n/u,
      "the bus is in Redis",
    );

    t.match(await talkRedis(port, ["PING"]), /NOAUTH/u, "nobody else gets in");
    const pid = Number(pick(cache, "pid"));
    const password = readFileSync(join(project.root, ".agents/passwords.json"), "utf8").match(
      /: "(.+)"/u,
    )?.[1];
    t.ok(password !== undefined && password.length > 20);
    for (const shown of [
      readFileSync(`/proc/${pid}/cmdline`, "utf8"),
      ...(await shownOf(
        project,
        ["ps", "--json"],
        ["ps"],
        ["config", "--json"],
        ["logs"],
        ["doctor", "--json"],
      )),
    ])
      t.notOk(shown.includes(password ?? ""), "it is shown nowhere");
    process.kill(pid, "SIGKILL");
    await until("it is back", async () => {
      const now = resourceOf(await project.json(["ps"]), "cache");
      return pick(now, "state") === "ready" && pick(now, "restarts") === 1;
    });
    t.match(
      await talkOwnRedis(project.root, "cache", port, ["XLEN", "things.happened"]),
      /:1\r\n/u,
      "with what it held",
    );
    t.match(pick(await project.json(["doctor"]), "runs"), { redis: "local" });
    const before = up.events.length;
    t.equal((await project.agents(["down"])).code, 0);
    await up.closed;
    const atTheEnd = up.events.slice(before).filter(({ type }) => type === "notice");
    t.strictSame(atTheEnd, [], "that it goes with the run is no news");
    t.ok(existsSync(join(project.root, ".agents/redis/cache/appendonlydir")));

    project.env["PATH"] = "/nowhere";
    const gone = await project.agents(["up", "-d", "--json"]);
    t.equal(gone.code, 2, "nothing else stands in for what holds data");
    t.match(JSON.parse(gone.stderr).error.message, /^cache keeps its data on a server of its own here/u);
    const embedded = await project.agents(["up", "-d", "--mode", "embedded", "--json"]);
    t.equal(embedded.code, 0, embedded.stderr);
    t.match(resourceOf(JSON.parse(embedded.stdout), "cache"), { implementation: "embedded" });
    t.equal((await project.agents(["down", "-v"])).code, 0);
    t.notOk(existsSync(join(project.root, ".agents/redis")));
  },
);

t.test("a given Redis is used as it is, and no password of it is shown", { skip: noRedis }, async (t) => {
  const { port, url } = await startRedis(t, t.testdir(), { password: "s3cret" });
  const project = redisProject(t, { ...NO_DOCKER, AGENTS_REDIS_URL: url });
  const up = await project.agents(["up", "-d", "--json"]);
  t.equal(up.code, 0, up.stderr);
  t.match(resourceOf(JSON.parse(up.stdout), "cache"), {
    implementation: "external",
    url: `redis://:***@127.0.0.1:${port}`,
  });
  const published = await project.json(["publish", "things.happened", "--force", "--data", "{}", "--wait"]);
  t.match(published, { settled: true, deliveries: [{ agent: "one", status: "success" }] });
  const said = await Promise.all([["ps"], ["logs"], ["config"]].map((args) => project.agents(args)));
  for (const { stdout, stderr } of [up, ...said]) t.notMatch(stdout + stderr, /s3cret/u);
  t.equal((await project.agents(["down"])).code, 0);
});

t.test("images that cannot be pulled", { skip: noOwnDaemon() ?? noRedis }, async (t) => {
  const { environment } = await testDocker(t);
  const env = { DOCKER_HOST: environment.env["DOCKER_HOST"], HOME: environment.home };
  const image = "127.0.0.1:1/redis:7";
  const project = redisProject(t, env, { image });
  const up = await project.agents(["up", "-d", "--mode", "auto", "--json"]);
  t.equal(up.code, 0, up.stderr);
  t.match(up.stderr, /^cache cannot have its image 127\.0\.0\.1:1\/redis:7: .* Instead: cache is local\./u);
  t.match(resourceOf(JSON.parse(up.stdout), "cache"), { implementation: "local" });
  t.equal((await project.agents(["down", "-v"])).code, 0);

  const asked = await project.agents(["up", "-d", "--mode", "containers", "--json"]);
  t.equal(asked.code, 1);
  t.match(JSON.parse(asked.stderr).error, { code: "AGENTS_IMAGE_UNAVAILABLE", hint: String });
  t.same(project.survivors(), []);
});

t.test("samples that were asked for are no choice for the next run", async (t) => {
  const project = fixtureProject(t, {}, NO_DOCKER);
  const llm = { kind: "ollama", port: 9, models: ["m"] };
  const agents = { one: { command: fixture("listens.js"), health: "tcp", uses: ["db"] } };
  project.write({
    "agents.config.json": JSON.stringify({
      name: "m",
      resources: { llm, db: { kind: "sqlserver" } },
      agents,
    }),
  });
  const up = await project.agents(["up", "-d", "--mode", "auto", "--llm", "sample", "--json"]);
  t.equal(up.code, 0, up.stderr);
  const kept = JSON.parse(readFileSync(join(project.root, ".agents/choices.json"), "utf8"));
  t.strictSame(kept, { db: "embedded" }, "else no container of it would ever be started here");
  t.equal((await project.agents(["down"])).code, 0);
});

/** An agent with an embedded sidecar on a bus that a Redis backs. */
function redisProject(t: Test, env: NodeJS.ProcessEnv, cache: Record<string, unknown> = {}): Project {
  const project = fixtureProject(t, {}, env);
  project.write({
    "agents.config.json": JSON.stringify({
      name: "modes",
      resources: { cache: { kind: "redis", port: 0, ...cache } },
      components: { "agents-pubsub": { kind: "pubsub", resource: "cache" } },
      agents: { one: { command: fixture("takes-events.js"), health: "tcp", sidecar: "embedded" } },
    }),
  });
  return project;
}

/** All that these commands print. */
async function shownOf(
  project: Project,
  ...commands: readonly (readonly string[])[]
): Promise<readonly string[]> {
  const ran = await Promise.all(commands.map(async (args) => await project.agents(args)));
  return ran.map(({ stdout, stderr }) => stdout + stderr);
}
