import t from "tap";
import { fixture, fixtureConfig, fixtureProject } from "../../helpers/system.ts";
import { DAPRD, SKIP } from "../../runtime/daprd/kit.ts";
import { onRedis } from "./kit.ts";

const worker = { command: fixture("listens.js"), port: 0, sidecar: "daprd" };

t.test("a daprd without a real Redis is refused before anything starts", { skip: SKIP }, async (t) => {
  const project = fixtureProject(t, { worker }, { AGENTS_DAPRD: DAPRD });
  const ran = await project.agents(["up", "-d", "--mode", "auto"]);
  t.equal(ran.code, 1);
  t.match(
    ran.stderr,
    /worker asks for a daprd sidecar, and none of this run's pub\/sub components is in a real Redis/,
  );
  t.match(ran.stderr, /AGENTS_DAPRD_NOT_FOUND/);
  t.same(project.survivors(), []);
});

t.test("a daprd that is asked for and cannot be used is named", async (t) => {
  const project = fixtureProject(
    t,
    { worker },
    { AGENTS_DAPRD: "/nowhere/daprd", AGENTS_REDIS_URL: "redis://127.0.0.1:1" },
  );
  project.write({ "agents.config.json": JSON.stringify(onRedis(fixtureConfig({ worker }))) });
  const ran = await project.agents(["up", "-d"]);
  t.equal(ran.code, 1);
  t.match(ran.stderr, /worker asks for a daprd sidecar, and \/nowhere\/daprd is no executable file/);
});
