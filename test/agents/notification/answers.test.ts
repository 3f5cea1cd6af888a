import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask } from "./ask.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

await test("a status counts also where the rest of the answer breaks off or is not understood", async (t) => {
  const system = await TestSystem.start(t, []);
  const [receiver, gateway] = [await WebhookReceiver.start(t), await WebhookReceiver.start(t)];
  const agent = await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_SMS_URL: gateway.url,
  });
  const send = (channel: string) =>
    ask(agent, "POST", "/execute", {
      body: { recipient: "+442079460958", channels: [channel], message: "m" },
    });
  const broken = send("webhook");
  (await receiver.call(1)).breakOff(200);
  t.match((await broken).body["result"], { at: "sent", channels: [{ attempts: 1, code: "2.0.0" }] });

  const odd = send("sms");
  const answer = { messageId: 17, code: 250, detail: "x".repeat(2000) };
  (await gateway.call(1)).answer(202, {}, JSON.stringify(answer));
  t.match((await odd).body["result"], { at: "sent", channels: [{ code: "2.0.0", detail: "HTTP 202" }] });
  const receipt = { channel: "sms", messageId: "17", code: "2.0.0" };
  t.match(await ask(agent, "POST", "/receipts", { body: receipt }), {
    status: 200,
    body: { result: { at: "delivered" } },
  });
});

await test("what is on its way is not said to be taken back", async (t) => {
  const system = await TestSystem.start(t, []);
  const receiver = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", { NOTIFICATION_WEBHOOK_URL: receiver.url });
  const sending = ask(agent, "POST", "/execute", {
    body: { recipient: "ops", channels: ["webhook"], message: "m" },
  });
  const call = await receiver.call(1);
  const cancelling = ask(agent, "POST", `/notifications/${call.key}/cancel`, { body: {} });
  for (const path of ["/deliveries", `/notifications/${call.key}`]) await ask(agent, "GET", path);
  call.answer(200);
  t.match(await cancelling, { status: 409, body: { detail: /is sent/ } });
  t.match((await sending).body["result"], { at: "sent" });
});

await test("a message or a subject that nobody can read is refused", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  for (const [path, more] of [
    ["message", { message: " \n " }],
    ["message", { message: "\u0000\u200b" }],
    ["subject", { subject: "\t" }],
    ["subject", { subject: "\u0007" }],
  ] as const) {
    const body = { recipient: "ops", channels: ["file"], message: "m", ...more };
    t.match(await ask(agent, "POST", "/execute", { body }), { status: 422, body: { errors: [{ path }] } });
  }
});

await test("a subject is taken from the first line that can be read", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const body = { recipient: "ops", channels: ["file"], message: "\u0000\u200b\nThe VPN is down" };
  t.match(await ask(agent, "POST", "/execute", { body }), {
    status: 200,
    body: { result: { at: "sent", subject: "The VPN is down" } },
  });
});
