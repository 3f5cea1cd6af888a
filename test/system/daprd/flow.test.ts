import t from "tap";
import { isList } from "../../../src/runtime/resources/sidecar/daprd/redis/connection.ts";
import { pick, resourceOf, until, urlOf } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdSystem } from "./kit.ts";

/*
 * POST testplanning ─▶ spec.generated ─▶ implementation ─▶ code.generated ─▶ notification ─▶ sent.completed
 *                                                              └▶ testplanning ─▶ coverage.analyzed
 */
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
  const answer = await fetch(`${urlOf(run, "testplanning")}/api/TestPlanning/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ requirement: "Applicants between 18 and 65 years old, inclusive, are accepted." }),
  });
  t.equal(answer.status, 200);
  const body: unknown = await answer.json();
  t.match(body, {
    result: { testable: true },
    generatedBy: "sample",
    events: [{ eventType: "agents.testplanning.spec.generated" }],
  });
  const values = pick(body, "result", "boundaryValues");
  t.same(
    Array.isArray(values)
      ? values.map((value: unknown) => [pick(value, "value"), pick(value, "accept")])
      : values,
    [
      [17, false],
      [18, true],
      [19, true],
      [64, true],
      [65, true],
      [66, false],
    ],
  );

  const correlation = String(pick(body, "correlationId"));
  const spec = String(pick(body, "events", "0", "id"));
  const flow = await project.json([
    "publish",
    "agents.notification.send.requested",
    "--data",
    JSON.stringify(notice),
    "--wait",
  ]);
  t.match(flow, { settled: true });
  let events: unknown[] = [];
  await until("the flow is over", async () => {
    events = await project.lines(["events", "--correlation", correlation]);
    return (
      events.length >= 4 &&
      events.every((event) => Object.values(statuses(event)).every((status) => status === "success"))
    );
  });
  const byType = new Map(events.map((event) => [pick(event, "eventType"), event]));
  const specEvent = byType.get("agents.testplanning.spec.generated");
  const code = byType.get("agents.implementation.code.generated");
  const sent = byType.get("agents.notification.sent.completed");
  t.match(specEvent, {
    id: spec,
    correlationId: correlation,
    causationId: correlation,
    deliveries: [{ agent: "implementation", status: "success", attempts: 1 }],
  });
  t.match(code, { correlationId: correlation, causationId: spec });
  t.same(statuses(code), { notification: "success", testplanning: "success" });
  t.match(sent, { correlationId: correlation, causationId: pick(code, "id") });

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

const notice = { recipient: "ada@example.org", message: "The build is green.", subject: "Build" };

function statuses(event: unknown): Record<string, unknown> {
  const deliveries = pick(event, "deliveries");
  if (!Array.isArray(deliveries)) return {};
  return Object.fromEntries(
    deliveries.map((delivery: unknown) => [String(pick(delivery, "agent")), pick(delivery, "status")]),
  );
}
