import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { sentCompletedPayload } from "../../../src/agents/notification/events.ts";
import { silentSidecar } from "../../helpers/silent-sidecar.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { codePayload } from "./code-event.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const CODE = "agents.implementation.code.generated";
const REQUESTED = "agents.notification.send.requested";
const SENT = "agents.notification.sent.completed";

await test("killed between save and publish, nothing is lost and nothing comes twice", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const silent = await silentSidecar(t);
  const doomed = await system.agent("notification", { DAPR_HTTP_PORT: String(silent.port) });
  const id = crypto.randomUUID();
  await system.publish(CODE, codePayload, id);
  const event: unknown = JSON.parse(await silent.published);
  t.match(event, { type: SENT, data: { data: { causationId: id } } });
  await doomed.kill();
  const [file] = await readdir(join(system.dir, "outbox"));
  t.equal(system.seen.length, 0, "nothing was published yet");

  await system.agent("notification");
  const [sent] = await system.until(SENT, 1);
  t.match(event, { id: sent?.id }, "what comes after the crash is the event that was saved before it");
  const next = crypto.randomUUID();
  await system.publish(CODE, codePayload, next);
  await system.until(SENT, 2);
  t.strictSame(
    [...new Set(system.seen.map((each) => each.data.data.causationId))].toSorted(),
    [id, next].toSorted(),
    "each event led to a notification",
  );
  t.equal(new Set(system.seen.map((each) => each.id)).size, 2, "and to one only");
  const files = await readdir(join(system.dir, "outbox"));
  t.equal(files.length, 2);
  t.ok(file !== undefined && files.includes(file));
});

await test("killed while a channel has the message, the same message goes out again under the same key", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const receiver = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_WEBHOOK_URL: receiver.url, NOTIFICATION_CHANNELS: "webhook,file" };
  const doomed = await system.agent("notification", env);
  await system.publish(CODE, codePayload, crypto.randomUUID());
  const first = await receiver.call(1);
  await doomed.kill();

  await system.agent("notification", env);
  const second = await receiver.call(2);
  t.equal(second.key, first.key);
  second.answer(200);
  const [sent] = await system.until(SENT, 1);
  const { notificationId, channels } = sentCompletedPayload.parse(sent?.data.data.payload);
  t.equal(notificationId, first.key);
  t.match(channels, [{ at: "sent" }, { at: "sent" }]);
  t.strictSame(await readdir(join(system.dir, "outbox")), [`${notificationId}.json`]);
  t.equal(system.seen.length, 1);
});

await test("killed while it answers a command, the notification is sent by the next process", async (t) => {
  const system = await TestSystem.start(t, [REQUESTED, SENT]);
  const receiver = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_WEBHOOK_URL: receiver.url };
  const doomed = await system.agent("notification", env);
  const body = { recipient: "ops", channels: ["webhook"], message: "m" };
  const cut = doomed.post("/api/notification/execute", body).catch(() => "no answer");
  const first = await receiver.call(1);
  await doomed.kill();
  t.equal(await cut, "no answer");

  await system.agent("notification", env);
  const second = await receiver.call(2);
  second.answer(200);
  const [sent] = await system.until(SENT, 1);
  t.equal(second.key, first.key);
  t.match(sent?.data.data.payload, { notificationId: first.key });
  t.equal(sent?.data.data.causationId, (await system.until(REQUESTED, 1))[0]?.id);
});

await test("events that came while the agent was away are handled once each, also through a crash", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const first = await system.agent("notification");
  await first.kill();
  const ids = Array.from({ length: 200 }, () => crypto.randomUUID());
  for (const id of ids) await system.publish(CODE, codePayload, id);
  const second = await system.agent("notification");
  await system.until(SENT, 60);
  await second.kill();
  await system.agent("notification");
  const handled = (): Set<string> => new Set(system.seen.map((each) => each.data.data.causationId));
  while (handled().size < ids.length) await system.until(SENT, system.seen.length + 1);
  t.strictSame([...handled()].toSorted(), ids.toSorted());
  t.equal(new Set(system.seen.map((each) => each.id)).size, ids.length, "no event was answered with two");
  const files = await readdir(join(system.dir, "outbox"));
  t.equal(files.length, ids.length, "and nothing half-written is left");
});
