import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { statementsNotSeen } from "../kit/tsql/sites.ts";
import { ask, idOf, untilChannel } from "./ask.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

await test("a notification that is held up, refused, opened again and confirmed before it is through", async (t) => {
  const system = await TestSystem.start(t, []);
  const receiver = await WebhookReceiver.start(t);
  const gateway = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_SMS_URL: gateway.url,
    NOTIFICATION_RETRY: "first=10ms",
  });
  const body = { recipient: "+442079460958", channels: ["webhook"], message: "m" };
  const asked = ask(agent, "POST", "/execute", { body });
  (await receiver.call(1)).answer(503);
  const id = idOf(await asked);
  (await receiver.call(2)).answer(410);
  await untilChannel(agent, id, "webhook", "failed");
  const retried = ask(agent, "POST", `/notifications/${id}/retry`, { body: {} });
  (await receiver.call(3)).answer(200);
  t.match((await retried).body["result"], { at: "sent", channels: [{ attempts: 1 }] });

  const both = ask(agent, "POST", "/execute", { body: { ...body, channels: ["webhook", "sms"] } });
  (await receiver.call(4)).answer(503, { "retry-after": "3600" });
  (await gateway.call(1)).answer(202, {}, '{"messageId":"gw-1"}');
  const second = idOf(await both);
  const flow = (await both).body["correlationId"] as string;
  t.match((await ask(agent, "GET", `/health?correlationId=${flow}`)).body["later"], { pending: 1 });
  const receipt = { channel: "sms", messageId: "gw-1", code: "2.0.0" };
  t.match((await ask(agent, "POST", "/receipts", { body: receipt })).body["result"], { at: "rendered" });
  const last = ask(agent, "POST", `/notifications/${second}/retry`, { body: {} });
  (await receiver.call(5)).answer(200);
  t.match((await last).body["result"], { at: "delivered" });
  t.match((await ask(agent, "GET", "/deliveries?limit=1")).body["items"], [{ at: "delivered" }]);
  const range = "since=2026-01-01T00:00:00Z&until=2999-01-01T00:00:00Z&channel=webhook";
  t.match((await ask(agent, "GET", `/stats?${range}`)).body["channels"], [
    { asked: 2, sent: 2, attempts: 5 },
  ]);

  const path = "/suppressions/%2B442079460958";
  t.match(await ask(agent, "PUT", path, { body: {} }), { status: 200 });
  t.match((await ask(agent, "GET", "/suppressions")).body, { items: [{ address: "+442079460958" }] });
  t.match(await ask(agent, "DELETE", path), { status: 200 });
});

await test("every statement of this agent can go to SQL Server as it is", (t) => {
  t.same(statementsNotSeen("notification"), [], "each line that sends one was run, and its T-SQL checked");
  t.end();
});
