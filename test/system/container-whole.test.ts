import t from "tap";
import { noOwnDaemon, testDocker } from "../helpers/docker.ts";
import { makeImages, noRedisImage } from "../helpers/images.ts";
import { pick, resourceOf, systemProject, until, urlOf } from "../helpers/system.ts";
import { DAPRD, SKIP } from "../runtime/daprd/kit.ts";

const skip = noOwnDaemon() ?? noRedisImage() ?? SKIP;

t.test("with Docker and a daprd there, auto runs the system on both", { skip }, async (t) => {
  const { docker, environment } = await testDocker(t);
  await makeImages(docker, true);
  const env = { DOCKER_HOST: environment.env["DOCKER_HOST"], HOME: environment.home, AGENTS_DAPRD: DAPRD };
  const project = systemProject(t, { env });
  t.match(pick(await project.json(["doctor"]), "runs"), { redis: "container", sidecar: "daprd" });
  const up = await project.agents([
    "up",
    "-d",
    "--mode",
    "auto",
    "--isolated",
    "--wait-timeout",
    "180",
    "--json",
  ]);
  t.equal(up.code, 0, up.stderr);
  const run: unknown = JSON.parse(up.stdout);
  t.match(resourceOf(run, "redis"), { implementation: "container", state: "ready" });
  for (const agent of ["notification", "testplanning", "implementation"])
    t.match(resourceOf(run, `${agent}-dapr`), { implementation: "daprd", state: "ready" });

  const flow = async (): Promise<void> => {
    const answer = await fetch(
      `${urlOf(await project.json(["ps"]), "testplanning")}/api/testplanning/execute`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ requirement: "The password must have 8 to 64 characters." }),
      },
    );
    const id = String(pick(await answer.json(), "events", "0", "id"));
    await until(
      "what it caused is handled",
      async () => {
        // Not known at first, where the event waits in the outbox until a daprd has found its Redis again.
        const { stdout } = await project.agents(["events", "show", id, "--json"]);
        return /sent\.completed/u.test(stdout);
      },
      60_000,
    );
  };
  await flow();

  const [redis] = await docker.listContainers();
  await docker.getContainer(redis?.Id ?? "").kill();
  await until(
    "Redis is back, and the sidecars on it",
    async () => {
      const now = await project.json(["ps"]);
      const all = ["redis", "testplanning-dapr", "implementation-dapr", "notification-dapr"];
      return (
        pick(resourceOf(now, "redis"), "restarts") === 1 && all.every((name) => isBack(resourceOf(now, name)))
      );
    },
    90_000,
  );
  await flow();

  t.equal((await project.agents(["down", "-v"])).code, 0);
  t.same(await docker.listContainers({ all: true }), [], "docker ps -a is clean");
  t.same((await docker.listVolumes()).Volumes ?? [], []);
});

function isBack(resource: unknown): boolean {
  return pick(resource, "state") === "ready";
}
