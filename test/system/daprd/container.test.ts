import { copyFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { containerProject, containersOf, portOf } from "../../helpers/contained.ts";
import { noDocker, testDocker } from "../../helpers/docker.ts";
import { makeImages, noRedisImage } from "../../helpers/images.ts";
import { pick, REPO, resourceOf, until } from "../../helpers/system.ts";
import { DAPRD, SKIP } from "../../runtime/daprd/kit.ts";
import { talkOwnRedis } from "../../runtime/container/redis-talk.ts";
import { numbers } from "./kit.ts";

const skip = SKIP !== false ? SKIP : (noDocker() ?? noRedisImage() ?? false);

t.test(
  "docker kill of the Redis container in the middle of 500 events: every accepted one is handled within seconds",
  { skip },
  async (t) => {
    const docker = await testDocker(t);
    const { redis } = await makeImages(docker.docker, docker.own !== null);
    const { agents, handled, publish } = numbers(() => project);
    const project = containerProject(t, docker, {
      resources: { redis: { kind: "redis", image: redis, port: 0 } },
      components: {
        "agents-pubsub": { kind: "pubsub", resource: "redis" },
        "agents-statestore": { kind: "statestore", resource: "redis" },
      },
      agents: Object.fromEntries(
        Object.entries(agents).map(([name, agent]) => [name, { health: "tcp", ...agent }]),
      ),
    });
    project.env["AGENTS_DAPRD"] = DAPRD;
    copyFileSync(join(REPO, "test/fixtures/keeps-numbers.js"), join(project.root, "worker.js"));
    const up = project.up(["--mode", "containers"]);
    await up.ready();
    const run = await project.json(["ps"]);
    t.match(resourceOf(run, "redis"), { implementation: "container", state: "ready" });
    t.match(resourceOf(run, "worker-dapr"), {
      implementation: "daprd",
      state: "ready",
      dependsOn: ["redis"],
    });

    const publishing = publish(0, 500);
    await until("some are handled", () => handled().length > 100, 30_000);
    const [container] = await containersOf(project, docker, "redis");
    await docker.docker.getContainer(container?.Id ?? "").kill();
    await up.event("redis is down", (event) => pick(event, "resource", "state") === "backoff");
    await up.event("Redis is back", (event) => String(event["text"]).startsWith("Redis is back"));
    const since = performance.now();
    const accepted = await publishing;
    t.ok(accepted.length > 100, `${accepted.length} of 500 were accepted`);
    await until(
      "every accepted number is handled",
      () => {
        const seen = new Set(handled());
        return accepted.every((n) => seen.has(n));
      },
      30_000,
    );
    t.comment(`${Math.round(performance.now() - since)} ms after Redis was back`);
    const port = portOf(await project.json(["ps"]), "redis");
    t.match(
      await talkOwnRedis(project.root, "redis", port, ["XLEN", "numbers"]),
      /:\d{3}/u,
      "redis-cli sees the stream",
    );
    const down = await project.agents(["down"]);
    t.equal(down.code, 0, down.stderr);
    t.same(await containersOf(project, docker), [], "docker ps -a is clean");
    t.same(project.survivors(), []);
  },
);
