import type { Test } from "tap";
import type { Project } from "./system.ts";
import { pick, until, urlOf } from "./system.ts";

/** What a flow has left in the journal. */
export interface Flow {
  readonly correlation: string;
  readonly events: readonly unknown[];
}

/**
 * A requirement on its way through a run that is up, each event with its cause.
 *
 * POST testplanning ─▶ spec.generated ─▶ implementation ─▶ code.generated ─▶ notification ─▶ sent.completed
 *                                                              └▶ testplanning ─▶ coverage.analyzed
 *
 * @param run what `ps --json` says
 */
export async function referenceFlow(t: Test, project: Project, run: unknown): Promise<Flow> {
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
  return { correlation, events };
}

const notice = { recipient: "ada@example.org", message: "The build is green.", subject: "Build" };

function statuses(event: unknown): Record<string, unknown> {
  const deliveries = pick(event, "deliveries");
  if (!Array.isArray(deliveries)) return {};
  return Object.fromEntries(
    deliveries.map((delivery: unknown) => [String(pick(delivery, "agent")), pick(delivery, "status")]),
  );
}
