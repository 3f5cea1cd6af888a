import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { sentCompletedPayload } from "../../../src/agents/notification/events.ts";
import { escalatedTicket } from "../../helpers/escalated-ticket.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const ESCALATED = "agents.servicedesk.ticket.escalated";
const SENT = "agents.notification.sent.completed";

await test("an escalated ticket is told to those on call, once for each event", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const agent = await system.agent("notification", { NOTIFICATION_ESCALATION_RECIPIENT: "night shift" });
  const [id, next] = [crypto.randomUUID(), crypto.randomUUID()];
  const ticket = escalatedTicket();
  await system.publish(ESCALATED, ticket, id);
  const [event] = await system.until(SENT, 1);
  t.equal(event?.data.data.causationId, id);
  const sent = sentCompletedPayload.parse(event?.data.data.payload);
  t.match(sent, { recipient: "night shift", subject: "1-Critical: Login is down", priority: "high" });
  const { body } = await agent.get(`/api/notification/notifications/${sent.notificationId}`);
  for (const fact of [ticket.ticketId, "120", "major-incident", ticket.resolutionDueAt, ticket.body]) {
    t.ok(String(body["message"]).includes(fact), fact);
  }
  await system.replay(id, "notification");
  const forged = {
    title: "Login\nTeam: nobody",
    requester: "Ada\r\nTo be resolved by: never",
    body: `x${"\u{1F600}".repeat(5000)}`,
  };
  await system.publish(ESCALATED, { ...ticket, ...forged }, next);
  const [, other] = await system.until(SENT, 2);
  const told = sentCompletedPayload.parse(other?.data.data.payload);
  t.equal(told.subject, "1-Critical: Login Team: nobody");
  const { body: second } = await agent.get(`/api/notification/notifications/${told.notificationId}`);
  const lines = String(second["message"]).split(/[\r\n]+/);
  t.ok(lines.includes("Requester: Ada To be resolved by: never"));
  t.ok(lines.includes("Login Team: nobody"), "a line of a ticket does not look like one of ours");
  t.ok(lines.at(-1)?.endsWith("\u{1F600}\u2026"), "cut between two characters");
  t.equal(other?.data.data.causationId, next, "the repetition sent nothing");
  t.equal((await readdir(join(system.dir, "outbox"))).length, 2);
});
