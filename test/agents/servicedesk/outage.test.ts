import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask, idOf, LEEDS } from "./ask.ts";

const ESCALATED = "agents.servicedesk.ticket.escalated";
const ISSUE = "agents.devops.issue.created";
const SENT = "agents.notification.sent.completed";
const FLOW = [
  "agents.servicedesk.ticket.created",
  "agents.servicedesk.ticket.triaged",
  ESCALATED,
  ISSUE,
  SENT,
];

await test("an outage is triaged, escalated, written down as an issue and told to those on call, once", async (t) => {
  const system = await TestSystem.start(t, FLOW);
  const agent = await system.agent("servicedesk");
  const [devops, notification] = [await system.agent("devops"), await system.agent("notification")];
  const request = { body: LEEDS, headers: { "idempotency-key": "leeds-0900" } };
  const first = await ask(agent, "POST", "/execute", request);
  t.match(first.body["result"], {
    priority: "1-Critical",
    impact: "high",
    urgency: "high",
    affectedUsers: 120,
    at: "escalated",
  });
  for (const type of FLOW) await system.until(type, 1);
  const { correlationId } = first.body;
  t.strictSame(new Set(system.seen.map((event) => event.data.data.correlationId)), new Set([correlationId]));
  const escalated = system.seen.find((event) => event.type === ESCALATED);
  for (const type of [ISSUE, SENT]) {
    const caused = system.seen.find((event) => event.type === type);
    t.equal(caused?.data.data.causationId, escalated?.id, `${type} comes of the escalation`);
  }

  const again = await ask(agent, "POST", "/execute", request);
  t.strictSame(again.body, first.body);
  // What comes after it on the bus is there: what the repetition would have caused is there too.
  await ask(agent, "POST", "/execute", { body: LEEDS });
  for (const type of FLOW) await system.until(type, 2);
  const flow = system.seen.filter((event) => event.data.data.correlationId === correlationId);
  t.strictSame(flow.map((event) => event.type).toSorted(), FLOW.toSorted());
  const { body: tickets } = await ask(agent, "GET", "/tickets");
  t.match(tickets["items"], { length: 2 });
  t.match((await devops.get("/api/devops/issues")).body["items"], { length: 2 });
  const told = (await notification.get("/api/notification/deliveries")).body["items"];
  t.match(told, { length: 2 });
  t.match(told, [{}, { recipient: "on-call", priority: "high", correlationId }]);
  t.type(idOf(first), "string");
});
