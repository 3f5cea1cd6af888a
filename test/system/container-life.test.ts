import t from "tap";
import { containerProject, containersOf, portOf } from "../helpers/contained.ts";
import { noOwnDaemon, testDocker } from "../helpers/docker.ts";
import { importImage, makeImages, noRedisImage } from "../helpers/images.ts";
import { noRegistry, pushTwoLayers, startRegistry } from "../helpers/registry.ts";
import { fixture, pick, resourceOf, until } from "../helpers/system.ts";
import { talkOwnRedis, talkRedis } from "../runtime/container/redis-talk.ts";

const skip = noOwnDaemon() ?? noRedisImage() ?? false;
const ONE = { one: { command: fixture("listens.js"), health: "tcp" } } as const;
/** A program that listens on PORT, as an image. */
const LISTENS = "agents-test/listens:1";

t.test("containers and what is around them", { skip }, async (t) => {
  const docker = await testDocker(t);
  const { redis } = await makeImages(docker.docker, true);
  const listens = 'CMD ["sh", "-c", "echo up as $APP_ID; exec redis-server --port $PORT --bind $HOST"]';
  await importImage(docker.docker, LISTENS, ["redis-server", "sh", "echo"], [listens]);

  t.test("an agent that is an image listens on its port like every other, and comes back", async (t) => {
    const image = { image: LISTENS, health: "tcp", env: { GREETING: "hello" } };
    const project = containerProject(t, docker, { agents: { boxed: image } });
    const up = await project.agents(["up", "-d", "--json"]);
    t.equal(up.code, 0, up.stderr);
    const boxed = resourceOf(JSON.parse(up.stdout), "boxed");
    t.match(boxed, { kind: "agent", implementation: "container", image: LISTENS, state: "ready", pid: null });
    t.match(await talkRedis(Number(pick(boxed, "port")), ["PING"]), /PONG/u);
    const [container] = await containersOf(project, docker);
    const { Config } = await docker.docker.getContainer(container?.Id ?? "").inspect();
    const env = new Map(Config.Env.map((each): [string, string] => [each.split("=", 1)[0] ?? "", each]));
    for (const name of ["DAPR_HTTP_PORT", "AGENTS_RUN_ID", "AGENTS_LLM_MODE"]) t.ok(env.has(name), name);
    t.equal(env.get("GREETING"), "GREETING=hello");
    t.notOk(env.has("XDG_STATE_HOME"), "this machine's environment stays outside");
    t.match((await project.agents(["logs", "boxed"])).stdout, /up as boxed/u);

    await docker.docker.getContainer(container?.Id ?? "").kill();
    await until("it is back", async () => {
      const now = resourceOf(await project.json(["ps"]), "boxed");
      return pick(now, "state") === "ready" && pick(now, "restarts") === 1;
    });
    t.equal((await project.agents(["restart", "boxed"])).code, 0);
    t.equal((await project.agents(["down"])).code, 0);
    t.same(await containersOf(project, docker), []);
  });

  t.test("a persistent container outlives Ctrl-C, is taken over, and goes at down", async (t) => {
    const resources = { cache: { kind: "redis", image: redis, port: 0, lifetime: "persistent" } };
    const project = containerProject(t, docker, { resources, agents: ONE });
    const up = project.up(["--mode", "containers"]);
    await up.ready();
    const before = await containersOf(project, docker);
    up.child.kill("SIGINT");
    t.equal(await up.closed, 130);
    const after = await containersOf(project, docker);
    t.same(
      after.map(({ Id, State }) => [Id, State]),
      before.map(({ Id }) => [Id, "running"]),
    );
    const again = await project.agents(["up", "-d", "--json"]);
    t.equal(again.code, 0, again.stderr);
    t.same(
      (await containersOf(project, docker)).map(({ Id }) => Id),
      before.map(({ Id }) => Id),
    );
    t.equal((await project.agents(["down"])).code, 0);
    t.same(await containersOf(project, docker), []);
  });

  t.test(
    "images are pulled beforehand, with progress, and once",
    { skip: noRegistry() ?? false },
    async (t) => {
      const image = `${await startRegistry(t)}/big:1`;
      await pushTwoLayers(docker.docker, image, 4_000_000);
      const resources = { big: { kind: "container", image, health: "none" } };
      const project = containerProject(t, docker, { resources, agents: ONE });
      t.match(pick(await project.json(["doctor"]), "checks"), [{}, {}, { name: "docker", status: "ok" }]);
      const lines = await project.lines(["pull"]);
      t.match(lines.at(-1), { type: "image", resource: "big", image, pulled: true });
      const told = lines.filter((line) => pick(line, "type") === "progress");
      t.match(told.at(-1), { resource: "big", what: image, unit: "bytes" });
      t.ok(told.every((line) => Number(pick(line, "done")) <= Number(pick(line, "total"))));
      t.same(await project.lines(["pull"]), [{ type: "image", resource: "big", image, pulled: false }]);
    },
  );

  t.test("an image that cannot be had is told before anything starts", async (t) => {
    const resources = { gone: { kind: "container", image: "127.0.0.1:1/gone:1", health: "none" } };
    const project = containerProject(t, docker, { resources, agents: ONE });
    const ran = await project.agents(["up", "-d", "--json"]);
    t.equal(ran.code, 1);
    const { error } = JSON.parse(ran.stderr);
    t.match(error, { code: "AGENTS_IMAGE_UNAVAILABLE", path: "resources.gone" });
    t.match(error.message, /^gone is a container .*there is no way to its registry/u);
    t.same(project.survivors(), []);
  });

  t.test("a Docker that is stopped and started while running is noticed, said and reconciled", async (t) => {
    const resources = { cache: { kind: "redis", image: redis, port: 0 } };
    const project = containerProject(t, docker, {
      resources,
      agents: { one: { ...ONE.one, uses: ["cache"] } },
    });
    const up = project.up(["--mode", "containers"]);
    await up.ready();
    await talkOwnRedis(project.root, "cache", portOf(await project.json(["ps"]), "cache"), [
      "SET",
      "kept",
      "yes",
    ]);
    await docker.own?.stop();
    await up.event("it is said", (event) => /no longer answers/u.test(String(event["text"])));
    t.not(pick(resourceOf(await project.json(["ps"]), "cache"), "state"), "ready");
    await until("it is said what its start waits for", async () =>
      /Docker/u.test(String(pick(resourceOf(await project.json(["ps"]), "cache"), "reason"))),
    );
    await docker.own?.start();
    await up.event("so is its return", (event) => event["text"] === "Docker answers again.", 60_000);
    await until(
      "Redis is ready again",
      async () => pick(resourceOf(await project.json(["ps"]), "cache"), "state") === "ready",
      60_000,
    );
    t.match(
      await talkOwnRedis(project.root, "cache", portOf(await project.json(["ps"]), "cache"), ["GET", "kept"]),
      /yes/u,
    );
    up.child.kill("SIGINT");
    t.equal(await up.closed, 130);
    t.same(await containersOf(project, docker), []);
  });
});
