import t from "tap";
import { fixture, fixtureConfig, fixtureProject, until } from "../helpers/system.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const OTHER = "0f8fad5b-0000-469f-a165-70867728950e";

t.test("the first characters of an id are enough, also where its dead letter is listened to", async (t) => {
  const env = { DEAD_LETTERS: "things.failed" };
  const agents = {
    one: { command: fixture("drops-events.js"), subscribes: ["things.happened"], env },
    two: { command: fixture("takes-events.js"), subscribes: ["things.failed"] },
  };
  const project = fixtureProject(t, agents);
  const components = { "agents-pubsub": { kind: "pubsub" } };
  project.write({
    "agents.config.json": JSON.stringify(Object.assign({}, fixtureConfig(agents), { components })),
  });
  await project.up(["--no-watch"]).ready();
  const publish = async (id: string): Promise<void> => {
    const event = { specversion: "1.0", id, source: "test", type: "things.happened", data: {} };
    const { code, stderr } = await project.agents(
      ["publish", "things.happened", "--raw", "--data", "-"],
      JSON.stringify(event),
    );
    t.equal(code, 0, stderr);
  };
  await publish(ID);
  await until("its copy is there", async () => (await project.lines(["events"])).length === 2);

  t.match(await project.json(["events", "show", "0f8fad5b"]), { id: ID, topic: "things.happened" });
  t.match(await project.json(["events", "show", ID]), { id: ID, topic: "things.happened" });
  const { stdout } = await project.agents(["events", "show", ID]);
  t.match(stdout, /└─ things\.happened {2}0f8fad5b\n {3}└─ two {2}waits/, "also who has its dead letter");
  t.match(await project.json(["events", "retry", "0f8f"]), { id: ID, agents: ["one"] });
  t.equal((await project.agents(["events", "show", "8fad5b"])).code, 2, "only the first ones");

  await publish(OTHER);
  const several = await project.agents(["events", "show", "0f8fad5b"]);
  t.not(several.code, 0);
  t.match(several.stderr, /2 events begin with 0f8fad5b/);
  t.match(await project.json(["events", "show", "0f8fad5b-d"]), { id: ID });
  t.equal((await project.agents(["down"])).code, 0);
  t.match(await project.json(["events", "show", "0f8fad5b-d"]), { id: ID }, "without a run too");
});
