import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { codePayload } from "./code-event.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const CODE = "agents.implementation.code.generated";
const SENT = "agents.notification.sent.completed";
const FAILED = "agents.notification.delivery.failed";

await test("the list of deliveries that is made again from the streams is the one that there was", async (t) => {
  const system = await TestSystem.start(t, [SENT, FAILED]);
  const receiver = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_WEBHOOK_URL: receiver.url };
  const agent = await system.agent("notification", env);
  const send = async (channel: string) =>
    await agent.post("/api/notification/execute", {
      recipient: "ops",
      channels: [channel],
      message: channel,
    });
  const refused = send("webhook");
  (await receiver.call(1)).answer(410);
  t.match((await refused).body, { result: { at: "failed" } });
  const { body } = await send("file");
  const { notificationId } = body["result"] as { notificationId: string };
  const receipt = { notificationId, channel: "file", code: "2.1.5" };
  t.match((await agent.post("/api/notification/receipts", receipt)).status, 200);
  await system.publish(CODE, codePayload, crypto.randomUUID());
  await system.until(SENT, 2);
  const before = await agent.get("/api/notification/deliveries");
  t.match(before.body["items"], [{ at: "sent" }, { at: "delivered" }, { at: "failed" }]);

  await agent.kill();
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  file.exec("delete from notification_deliveries where state = 'failed'");
  file.exec("update notification_deliveries set state = 'requested'");
  file.exec("update notification_projections set version = 0");
  file.close();
  const next = await system.agent("notification", env);
  t.strictSame(await next.get("/api/notification/deliveries"), before);
});
