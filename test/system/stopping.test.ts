import t from "tap";
import { fixture, fixtureProject, pick, until } from "../helpers/system.ts";

/* While a run is being stopped nothing starts any more, and whoever asks for that is told. */

void t.test("start and restart of a run that is stopping are errors, and up waits for its end", async (t) => {
  const project = fixtureProject(t, {
    stubborn: { command: fixture("ignores-sigterm.js"), health: "none", stopTimeout: "4s" },
    quick: { command: fixture("listens.js") },
  });
  const up = project.up();
  await up.ready();
  const down = project.agents(["down"]);
  await until("it is stopping", async () => pick(await project.json(["ps"]), "state") === "stopping");
  for (const action of ["restart", "start"]) {
    const ran = await project.agents([action, "quick", "--json"]);
    t.equal(ran.code, 1, action);
    t.match(pick(JSON.parse(ran.stderr), "error"), {
      code: "AGENTS_STOPPING",
      found: "stopping",
      hint: /agents up/,
    });
  }
  const again = await project.agents(["up", "-d"]);
  t.equal(again.code, 0);
  t.match(again.stderr, /is stopping/);
  t.equal((await down).code, 0);
  t.equal(await up.closed, 0);
  t.equal(pick(await project.json(["ps"]), "state"), "ready", "it is another run");
});
