import t from "tap";
import type { Project } from "../../helpers/system.ts";
import { pick, resourceOf, until, urlOf } from "../../helpers/system.ts";
import { SKIP } from "../../runtime/daprd/kit.ts";
import { daprdSystem } from "./kit.ts";

/*
 * POST testplanning ─▶ spec.generated ─▶ implementation ─▶ code.generated ─▶ notification ─▶ sent.completed
 *                                                              └▶ testplanning ─▶ coverage.analyzed
 */
for (const embedded of [["implementation"], ["testplanning", "notification"]]) {
  t.test(
    `${embedded.join(" and ")} on the embedded sidecar, the others on daprd`,
    { skip: SKIP },
    async (t) => {
      const sidecars = Object.fromEntries(embedded.map((name) => [name, "embedded"]));
      const { project } = await daprdSystem(t, sidecars);
      const up = project.up(["--no-watch"]);
      await up.ready();
      await up.event(
        "what does not work is said",
        (event) => event["type"] === "notice" && String(event["text"]).includes("service invocation only"),
      );
      const run = await project.json(["ps"]);
      for (const agent of ["notification", "testplanning", "implementation"]) {
        const implementation = embedded.includes(agent) ? "embedded" : "daprd";
        t.match(resourceOf(run, `${agent}-dapr`), { implementation, state: "ready" });
      }
      const answer = await fetch(`${urlOf(run, "testplanning")}/api/testplanning/execute`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          requirement: "Applicants between 18 and 65 years old, inclusive, are accepted.",
        }),
      });
      const correlation = String(pick(await answer.json(), "correlationId"));
      await until(
        "the flow is over",
        async () => {
          const events = await project.lines(["events", "--correlation", correlation]);
          return events.length >= 4 && events.every(isHandled);
        },
        30_000,
      );
      const types = (await project.lines(["events", "--correlation", correlation])).map((event) =>
        String(pick(event, "eventType")),
      );
      t.same(types.toSorted(), [
        "agents.implementation.code.generated",
        "agents.notification.sent.completed",
        "agents.testplanning.coverage.analyzed",
        "agents.testplanning.spec.generated",
      ]);
      await t.resolves(publishes(project), "publish --wait settles");
      await project.agents(["down"]);
    },
  );
}

async function publishes(project: Project): Promise<void> {
  const notice = { recipient: "ada@example.org", message: "The build is green.", subject: "Build" };
  const flow = await project.json([
    "publish",
    "agents.notification.send.requested",
    "--data",
    JSON.stringify(notice),
    "--wait",
  ]);
  if (pick(flow, "settled") !== true) throw new Error(JSON.stringify(flow));
}

/** Every delivery has succeeded; of an event that nobody listens to there is none. */
function isHandled(event: unknown): boolean {
  const deliveries = pick(event, "deliveries");
  return (
    Array.isArray(deliveries) &&
    deliveries.every((delivery: unknown) => pick(delivery, "status") === "success")
  );
}
