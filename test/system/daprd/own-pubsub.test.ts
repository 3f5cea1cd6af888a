import { unlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { pick, resourceOf, until } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { publish } from "../../runtime/sidecar/kit.ts";
import { daprdFixtures, numbers } from "./kit.ts";

const component = (type: string, metadata: readonly unknown[] = []): string =>
  JSON.stringify({
    apiVersion: "dapr.io/v1alpha1",
    kind: "Component",
    metadata: { name: "agents-pubsub" },
    spec: { type, version: "v1", metadata },
  });

t.test(
  "a pub/sub that a file takes out of reach: delivered events are recorded, the rest is refused and said",
  { skip: SKIP },
  async (t) => {
    const { agents, handled } = numbers(() => project);
    const { project } = await daprdFixtures(t, agents);
    project.write({ "resources/bus.yaml": component("pubsub.in-memory") });
    const beforehand = JSON.stringify(await project.json(["doctor"]));
    t.match(beforehand, /agents-pubsub: resources\/bus\.yaml makes it a pubsub\.in-memory/u);
    const up = project.up();
    await up.ready();
    const said = /agents-pubsub: resources\/bus\.yaml makes it a pubsub\.in-memory\. Only what is delivered/u;
    t.match(up.stderr + JSON.stringify(up.events), said);

    const sent = await project.agents(["publish", "numbers", "--raw", "--data", '{"n":1}']);
    t.equal(sent.code, 1);
    t.match(
      sent.stderr,
      /agents publish cannot reach agents-pubsub: resources\/bus\.yaml makes it a pubsub\.in-memory/,
    );
    t.match(sent.stderr, /AGENTS_PUBLISH_FAILED/);

    // Its own sidecar is the one that gives it its events.
    const own = Number(pick(resourceOf(await project.json(["ps"]), "worker-dapr"), "port"));
    t.equal((await publish(own, "numbers", { n: 7 })).status, 204);
    await until("it is handled", () => handled().includes(7));
    const events = await project.lines(["events"]);
    t.match(events, [{ topic: "numbers", deliveries: [{ agent: "worker", status: "success" }] }]);
    t.match((await project.agents(["events"])).stderr, said);
    const again = await project.agents(["events", "replay", String(pick(events[0], "id"))]);
    t.equal(again.code, 2);
    t.match(again.stderr, /it came by agents-pubsub, which only daprd can reach/);

    await project.agents(["down"]);
    t.match((await project.agents(["events"])).stderr, said, "without a run too");
    unlinkSync(join(project.root, "resources/bus.yaml"));
    await project.up().ready();
    t.notMatch((await project.agents(["events"])).stderr, said);
  },
);

t.test(
  "a file that keeps the pub/sub in the run's Redis takes nothing out of reach",
  { skip: SKIP },
  async (t) => {
    const { agents } = numbers(() => project);
    const { project, redis } = await daprdFixtures(t, agents);
    const at = { name: "redisHost", value: `localhost:${redis.port}` };
    project.write({
      "resources/bus.yaml": component("pubsub.redis", [at, { name: "maxLenApprox", value: "1000" }]),
    });
    await project.up().ready();
    const event = JSON.stringify({ specversion: "1.0", id: "one", source: "t", type: "t", data: { n: 3 } });
    const sent = await project.json(["publish", "numbers", "--raw", "--data", event, "--wait"]);
    t.match(sent, { settled: true, deliveries: [{ agent: "worker", status: "success" }] });
  },
);
