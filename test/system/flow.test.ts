import t from "tap";
import { referenceFlow } from "../helpers/reference-flow.ts";
import { systemProject } from "../helpers/system.ts";

t.test("a requirement travels through three agents, each event with its cause", async (t) => {
  const project = systemProject(t);
  const up = project.up();
  await up.ready();
  const run = await project.json(["ps"]);
  const { correlation, events } = await referenceFlow(t, project, run);

  const down = await project.agents(["down"]);
  t.equal(down.code, 0);
  t.equal(await up.closed, 0, "a foreground up ends with 0 after down");
  t.equal((await project.agents(["ps"])).code, 3);
  const offline = await project.lines(["events", "--correlation", correlation]);
  t.equal(offline.length, events.length, "the journal is read without a run");
});
