import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { isList } from "../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { SKIP, startRedis } from "../runtime/daprd/kit.ts";
import { pick, resourceOf, systemProject, until, urlOf, type Project } from "../helpers/system.ts";

/* The agents of this repository on embedded sidecars that work on a real Redis, in daprd's own layout. */

/** Each agent asks for an embedded sidecar, whatever else is on this machine. */
function onEmbedded(project: Project): void {
  const config: { agents: Record<string, object> } = JSON.parse(
    readFileSync(join(project.root, "agents.config.json"), "utf8"),
  );
  const agents = Object.entries(config.agents).map(([name, agent]) => [
    name,
    { ...agent, sidecar: "embedded" },
  ]);
  project.write({
    "agents.config.json": JSON.stringify({ ...config, agents: Object.fromEntries(agents) }),
  });
}

const REQUIREMENT = "Applicants between 18 and 65 years old, inclusive, are accepted.";

t.test("a requirement travels through three agents on a real Redis", { skip: SKIP }, async (t) => {
  const dir = join(t.testdir(), "redis");
  mkdirSync(dir);
  let redis = await startRedis(t, dir, { password: "s3cret" });
  // Somebody else's: the agents come later, and get none of it.
  await redis.connection.send("XADD", "agents.testplanning.spec.generated", "*", "data", "old");
  const project = systemProject(t, { env: { AGENTS_REDIS_URL: redis.url } });
  onEmbedded(project);
  const up = project.up();
  await up.ready();
  const run = await project.json(["ps"]);
  t.match(resourceOf(run, "redis"), { implementation: "external", state: "ready" });
  t.match(resourceOf(run, "testplanning-dapr"), { implementation: "embedded", state: "ready" });
  t.notMatch(JSON.stringify(run), /s3cret/u);

  const execute = async (): Promise<string> => {
    const answer = await fetch(`${urlOf(run, "testplanning")}/api/TestPlanning/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ requirement: REQUIREMENT }),
    });
    t.equal(answer.status, 200);
    return String(pick(await answer.json(), "correlationId"));
  };
  const untilOver = async (correlation: string): Promise<void> => {
    await until(
      "the flow is over",
      async () => {
        const events = await project.lines(["events", "--correlation", correlation]);
        return events.length >= 4 && events.every(isOver);
      },
      30_000,
    );
  };
  await untilOver(await execute());
  for (const [stream, group] of [
    ["agents.testplanning.spec.generated", "implementation"],
    ["agents.implementation.code.generated", "notification"],
    ["agents.implementation.code.generated", "testplanning"],
  ] as const) {
    const pending = await redis.connection.send("XPENDING", stream, group);
    t.equal(isList(pending) ? pending[0] : null, 0, `${group} has acknowledged all of ${stream}`);
  }
  t.equal(await redis.connection.send("XLEN", "agents.testplanning.spec.generated"), 2);

  const flow = await project.json([
    "publish",
    "agents.notification.send.requested",
    "--data",
    JSON.stringify({ recipient: "ada@example.org", message: "The build is green.", subject: "Build" }),
    "--wait",
  ]);
  t.match(flow, { settled: true, deliveries: [{ agent: "notification", status: "success" }] });

  const event = String(pick(flow, "id"));
  t.equal((await project.agents(["events", "replay", event])).code, 0);
  await until("it was delivered again", async () => {
    const [again] = await project.lines(["events", "--type", "agents.notification.send.requested"]);
    return pick(again, "deliveries", "0", "attempts") === 2 && isOver(again);
  });

  await redis.kill();
  await up.event("it is said that Redis is away", (one) => /Redis is away/u.test(JSON.stringify(one)));
  redis = await startRedis(t, dir, { password: "s3cret", port: redis.port });
  await up.event("it is said that it is back", (one) => /Redis is back/u.test(JSON.stringify(one)));
  await untilOver(await execute());
});

function isOver(event: unknown): boolean {
  const deliveries = pick(event, "deliveries");
  return Array.isArray(deliveries) && deliveries.every((one: unknown) => pick(one, "status") === "success");
}
