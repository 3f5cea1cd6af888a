import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { DEEPEST_ESCALATION } from "../../../src/agents/servicedesk/application/triage.ts";
import { POLICIES } from "../../../src/agents/servicedesk/domain/policies.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { WebhookReceiver } from "../notification/webhook-receiver.ts";
import { ask, LEEDS } from "./ask.ts";

const TRIAGED = "agents.servicedesk.ticket.triaged";
const ESCALATED = "agents.servicedesk.ticket.escalated";
const SENT = "agents.notification.sent.completed";
const FAILED = "agents.notification.delivery.failed";

/*
 * ticket.escalated ─▶ notification ─▶ delivery.failed ─▶ servicedesk ─▶ ticket.escalated ─▶ …
 */
await test("escalations that nobody gets lead to tickets, and the circle ends", async (t) => {
  const system = await TestSystem.start(t, [TRIAGED, ESCALATED, FAILED]);
  const receiver = await WebhookReceiver.start(t);
  const file = join(system.dir, "policy.json");
  // The worst there can be: everything is escalated, and no channel works.
  const everything = [{ name: "everything", team: "all", rankAtMost: 5 }];
  await writeFile(file, JSON.stringify({ ...POLICIES["servicenow"], escalation: everything }));
  const agent = await system.agent("servicedesk", { SERVICEDESK_POLICY: file });
  await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_CHANNELS: "webhook",
  });
  t.equal((await ask(agent, "POST", "/execute", { body: LEEDS })).status, 200);
  // Each round adds two to the depth, and the last escalation is that at the deepest that is allowed.
  const escalations = DEEPEST_ESCALATION / 2 + 1;
  for (let call = 1; call <= escalations; call += 1) (await receiver.call(call)).answer(410);
  await system.until(FAILED, escalations);
  await system.until(TRIAGED, escalations + 1);
  const count = (type: string): number => system.seen.filter((event) => event.type === type).length;
  t.equal(count(ESCALATED), escalations);
  t.equal(
    new Set(system.seen.map((event) => event.data.data.correlationId)).size,
    1,
    "all of it is one flow",
  );
  const { body } = await ask(agent, "GET", "/tickets");
  t.match((body["items"] as unknown[]).length, escalations + 1);
  t.equal(receiver.calls.length, escalations);
});

await test("nor is there a way out of the circle by receipts that come from outside, later", async (t) => {
  const system = await TestSystem.start(t, [SENT, TRIAGED, ESCALATED, FAILED]);
  const receiver = await WebhookReceiver.start(t);
  const file = join(system.dir, "policy.json");
  const everything = [{ name: "everything", team: "all", rankAtMost: 5 }];
  await writeFile(file, JSON.stringify({ ...POLICIES["servicenow"], escalation: everything }));
  const agent = await system.agent("servicedesk", { SERVICEDESK_POLICY: file });
  const notification = await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_CHANNELS: "webhook",
  });
  await ask(agent, "POST", "/execute", { body: LEEDS });
  const escalations = DEEPEST_ESCALATION / 2 + 1;
  for (let round = 1; round <= escalations; round += 1) {
    const call = await receiver.call(round);
    call.answer(200);
    await system.until(SENT, round);
    const receipt = { channel: "webhook", notificationId: call.key, code: "5.0.0" };
    t.equal((await notification.post("/api/notification/receipts", receipt)).status, 200);
    await system.until(FAILED, round);
  }
  const triaged = await system.until(TRIAGED, escalations + 1);
  t.match((await ask(agent, "GET", "/tickets?at=escalated")).body["items"], { length: escalations });
  t.equal(new Set(triaged.map((event) => event.data.data.correlationId)).size, 1, "all of it is one flow");
});
