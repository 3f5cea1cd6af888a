import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { containerProject, containersOf } from "../../helpers/contained.ts";
import { noOwnDaemon, testDocker } from "../../helpers/docker.ts";
import { importImage, makeImages, noRedisImage } from "../../helpers/images.ts";
import { pick, REPO, resourceOf, until } from "../../helpers/system.ts";
import { DAPRD, SKIP, startRedis } from "../../runtime/daprd/kit.ts";
import { numbers } from "./kit.ts";

const skip = SKIP !== false ? SKIP : (noOwnDaemon() ?? noRedisImage() ?? false);
const IMAGE = "daprio/daprd:1.18.1";

t.test("where no daprd is found, its container serves", { skip }, async (t) => {
  const docker = await testDocker(t);
  const { redis } = await makeImages(docker.docker, true);
  // As Dapr's own: the binary, neither entrypoint nor command, and a user that may nothing.
  await importImage(docker.docker, IMAGE, [], ["USER 65532", "WORKDIR /"], { daprd: readFileSync(DAPRD) });
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
  project.env["AGENTS_DAPRD"] = "";
  copyFileSync(join(REPO, "test/fixtures/keeps-numbers.js"), join(project.root, "worker.js"));

  await t.test("auto without its image takes the embedded sidecar, and says so", async (t) => {
    project.env["AGENTS_DAPRD_IMAGE"] = "127.0.0.1:1/daprd:1";
    const up = await project.agents(["up", "-d", "--mode", "auto", "--json"]);
    t.equal(up.code, 0, up.stderr);
    t.match(
      up.stderr,
      /^There is no daprd .* and .*127\.0\.0\.1:1\/daprd:1.* Instead: the sidecars are embedded\./mu,
    );
    t.match(resourceOf(JSON.parse(up.stdout), "worker-dapr"), { implementation: "embedded" });
    t.equal((await project.agents(["down", "-v"])).code, 0);
    project.env["AGENTS_DAPRD_IMAGE"] = "";
  });

  await t.test("auto with its image runs it, on this machine's network and the same files", async (t) => {
    t.match(await project.lines(["pull"]), [
      { type: "image", resource: "redis", pulled: false },
      { type: "image", resource: "daprd", image: IMAGE, pulled: false },
    ]);
    const doctor = await project.json(["doctor"]);
    t.match(pick(doctor, "runs"), { redis: "container", sidecar: "daprd" });
    const up = await project.agents(["up", "-d", "--mode", "auto", "--wait-timeout", "120", "--json"]);
    t.equal(up.code, 0, up.stderr);
    t.match(resourceOf(JSON.parse(up.stdout), "worker-dapr"), {
      implementation: "daprd",
      state: "ready",
      image: IMAGE,
      version: "1.18.1",
      pid: null,
      reason: `container ${IMAGE}`,
    });
    const [sidecar] = await containersOf(project, docker, "worker-dapr");
    const container = docker.docker.getContainer(sidecar?.Id ?? "");
    const { Config, HostConfig, Mounts } = await container.inspect();
    t.equal(HostConfig.NetworkMode, "host");
    t.match(Config.Cmd, ["/daprd", "--app-id", "worker", "--dapr-listen-addresses", "127.0.0.1"]);
    t.ok(
      Mounts.find(({ Source, RW }) => Source === project.root && !RW),
      "its YAML is mounted read-only",
    );

    const accepted = await publish(0, 30);
    t.equal(accepted.length, 30);
    await until("all are handled", () => new Set(handled()).size === 30, 60_000);
    const [first = ""] = (await project.agents(["events", "--type", "numbers", "--json"])).stdout.split("\n");
    const shown = await project.json(["events", "show", String(JSON.parse(first).id)]);
    t.match(JSON.stringify(shown), /"agent":"worker","status":"success"/u, "the gate records its deliveries");
    t.match((await project.agents(["logs", "worker-dapr"])).stdout, /info: .*application/u);

    await container.kill();
    await until(
      "the pair is back",
      async () => {
        const run = await project.json(["ps"]);
        const both = ["worker", "worker-dapr"].map((name) => resourceOf(run, name));
        return (
          both.every((one) => pick(one, "state") === "ready") &&
          both.some((one) => Number(pick(one, "restarts")) > 0)
        );
      },
      60_000,
    );
    await publish(30, 40);
    await until("what comes afterwards is handled", () => new Set(handled()).size === 40, 60_000);
  });

  await t.test("kill -9 of the run leaves none of it", async (t) => {
    const { pid } = JSON.parse(readFileSync(join(project.root, ".agents/run.json"), "utf8"));
    process.kill(Number(pid), "SIGKILL");
    const since = performance.now();
    await until("it is gone", async () => (await containersOf(project, docker)).length === 0, 30_000);
    t.comment(`gone after ${Math.round(performance.now() - since)} ms`);
    t.same(project.survivors(), []);
    const down = await project.agents(["down", "-v"]);
    t.equal(down.code, 0, down.stderr);
  });

  await t.test("on a given Redis it is the only container", async (t) => {
    const given = await startRedis(t, t.testdir());
    project.env["AGENTS_REDIS_URL"] = given.url;
    const up = await project.agents(["up", "-d", "--mode", "containers", "--json"]);
    t.equal(up.code, 0, up.stderr);
    const run: unknown = JSON.parse(up.stdout);
    t.match(resourceOf(run, "redis"), { implementation: "external" });
    t.match(resourceOf(run, "worker-dapr"), { implementation: "daprd", image: IMAGE, state: "ready" });
    const names = (await containersOf(project, docker)).map(
      ({ Labels }) => Labels["agents-apphost.resource"],
    );
    t.same(new Set(names), new Set(["feeder-dapr", "worker-dapr"]));
    t.equal((await project.agents(["down", "-v"])).code, 0);
    t.same(await containersOf(project, docker), [], "docker ps -a is clean");
  });
});
