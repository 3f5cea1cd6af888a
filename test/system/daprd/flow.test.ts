import t from "tap";
import { isList } from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { referenceFlow } from "../../helpers/reference-flow.ts";
import { resourceOf } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdSystem } from "./kit.ts";

t.test("a requirement travels through three agents on daprd, and Redis has it", { skip: SKIP }, async (t) => {
  const { project, redis } = await daprdSystem(t);
  const up = project.up();
  await up.ready();
  const run = await project.json(["ps"]);
  for (const agent of ["notification", "testplanning", "implementation"]) {
    t.match(resourceOf(run, `${agent}-dapr`), {
      implementation: "daprd",
      state: "ready",
      version: /^(?:\d+\.\d+\.\d+|edge)$/,
      agent,
    });
  }
  const { correlation, events } = await referenceFlow(t, project, run);

  const keys = await redis.connection.send("KEYS", "*");
  t.ok(isList(keys) && keys.includes("agents.testplanning.spec.generated"), "a stream for each type");
  t.ok(isList(keys) && keys.some((key) => String(key).startsWith("implementation||")), "the agents' state");
  const down = await project.agents(["down"]);
  t.equal(down.code, 0);
  t.equal(await up.closed, 0, "a foreground up ends with 0 after down");
  t.equal((await project.agents(["ps"])).code, 3);
  const offline = await project.lines(["events", "--correlation", correlation]);
  t.equal(offline.length, events.length, "the journal is read without a run");
});
