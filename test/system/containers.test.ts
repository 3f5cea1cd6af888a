import t from "tap";
import type { Test } from "tap";
import { containerProject, containersOf, killWatchdog, portOf, volumesOf } from "../helpers/contained.ts";
import { noDocker, testDocker } from "../helpers/docker.ts";
import { makeImages, noRedisImage } from "../helpers/images.ts";
import type { Project } from "../helpers/system.ts";
import { fixture, pick, resourceOf, until } from "../helpers/system.ts";
import { talkOwnRedis, talkRedis } from "../runtime/container/redis-talk.ts";

const skip = noDocker() ?? noRedisImage() ?? false;

t.test("containers through the CLI", { skip }, async (t) => {
  const docker = await testDocker(t);
  const { redis } = await makeImages(docker.docker, docker.own !== null);
  /** A Redis that an agent uses and a component names, and a container. */
  const project = (t: Test): Project =>
    containerProject(t, docker, {
      resources: {
        cache: { kind: "redis", image: redis, port: 0 },
        helper: { kind: "container", image: redis, ports: { redis: 6379 } },
      },
      components: { "agents-pubsub": { kind: "pubsub", resource: "cache" } },
      agents: {
        one: { command: fixture("takes-events.js"), health: "tcp", sidecar: "embedded", uses: ["cache"] },
      },
    });

  t.test("a Redis and a container of the config come up, are used, told, and gone after down", async (t) => {
    const one = project(t);
    const up = await one.agents(["up", "-d", "--mode", "containers", "--json"]);
    t.equal(up.code, 0, up.stderr);
    const run: unknown = JSON.parse(up.stdout);
    const cache = resourceOf(run, "cache");
    t.match(cache, { kind: "redis", implementation: "container", state: "ready", image: redis, pid: null });
    t.match(resourceOf(run, "helper"), { kind: "container", implementation: "container", state: "ready" });
    const url = String(pick(cache, "url"));
    t.match(url, /^redis:\/\/:\*\*\*@127\.0\.0\.1:\d+$/u);
    t.match(await talkRedis(Number(new URL(url).port), ["PING"]), /NOAUTH/u);
    t.match(resourceOf(run, "one-dapr"), { implementation: "embedded", dependsOn: ["cache"] });
    const published = await one.json(["publish", "things.happened", "--force", "--data", "{}", "--wait"]);
    t.match(published, { settled: true, deliveries: [{ agent: "one", status: "success" }] });
    const port = Number(new URL(url).port);
    t.match(
      await talkOwnRedis(one.root, "cache", port, ["XLEN", "things.happened"]),
      /:1\r\n/u,
      "the bus is in Redis",
    );

    const ours = await containersOf(one, docker);
    const names = ours.map(({ Labels }) => Labels["agents-apphost.resource"]);
    t.same(new Set(names), new Set(["cache", "helper"]));
    t.match(pick(await one.json(["doctor"]), "runs"), { redis: "container" }, "what was chosen stays");

    const down = await one.agents(["down"]);
    t.equal(down.code, 0, down.stderr);
    t.same(await containersOf(one, docker), [], "docker ps -a is clean");
    t.equal((await volumesOf(one, docker)).length, 1, "its data stays");

    const removed = await one.agents(["down", "-v"]);
    t.match(removed.stdout, /removed .*volume \S+cache-data/u, "and goes with -v, by name");
    t.same(await volumesOf(one, docker), []);
  });

  t.test("what a killed Redis held is there when it is back, and all of it is told", async (t) => {
    const one = project(t);
    const up = one.up(["--mode", "containers"]);
    await up.ready();
    const port = portOf(await one.json(["ps"]), "cache");
    await talkOwnRedis(one.root, "cache", port, ["SET", "kept", "yes"]);
    const [cache] = await containersOf(one, docker, "cache");
    await docker.docker.getContainer(cache?.Id ?? "").kill();
    await up.event("cache is down", (event) => pick(event, "resource", "state") === "backoff");
    await until(
      "it is back",
      async () => pick(resourceOf(await one.json(["ps"]), "cache"), "state") === "ready",
    );
    const back = resourceOf(await one.json(["ps"]), "cache");
    t.match(back, { restarts: 1, lastExit: { signal: "SIGKILL", cause: "crash" } });
    t.match(
      await talkOwnRedis(one.root, "cache", portOf(await one.json(["ps"]), "cache"), ["GET", "kept"]),
      /yes/u,
    );
    up.child.kill("SIGINT");
    t.equal(await up.closed, 130);
    t.same(await containersOf(one, docker), []);
  });

  t.test("kill -9 of the orchestrator: its containers are gone within five seconds", async (t) => {
    const one = project(t);
    const up = one.up(["--mode", "containers"]);
    await up.ready();
    t.equal((await containersOf(one, docker)).length, 2);
    up.child.kill("SIGKILL");
    await until("no container is left", async () => (await containersOf(one, docker)).length === 0, 5_000);
  });

  t.test("what a run left that was killed with its watchdog is taken over by the next one", async (t) => {
    const one = project(t);
    const up = one.up(["--mode", "containers"]);
    await up.ready();
    const before = await containersOf(one, docker, "cache");
    killWatchdog(one);
    up.child.kill("SIGKILL");
    await up.closed;
    const again = await one.agents(["up", "-d", "--json"]);
    t.equal(again.code, 0, again.stderr);
    const after = await containersOf(one, docker, "cache");
    t.same(
      after.map(({ Id }) => Id),
      before.map(({ Id }) => Id),
      "the same container",
    );
    t.notMatch(again.stderr, /is taken/u);
    await one.agents(["down"]);
    t.same(await containersOf(one, docker), []);
  });

  t.test("down finds what such a run left, also without a next one", async (t) => {
    const one = project(t);
    const up = one.up(["--mode", "containers"]);
    await up.ready();
    killWatchdog(one);
    up.child.kill("SIGKILL");
    await up.closed;
    const down = await one.agents(["down"]);
    t.match(down.stdout, /removed 2 containers that an earlier run had left/u);
    t.same(await containersOf(one, docker), []);
  });
});
