import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "tap";
import type { Test } from "tap";
import { freePort } from "../../helpers/free-port.ts";
import { runAgentProcess } from "../../helpers/running-agent.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask, idOf, untilChannel } from "./ask.ts";
import { codePayload } from "./code-event.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const CODE = "agents.implementation.code.generated";
const SENT = "agents.notification.sent.completed";

await test("killed while an attempt is due later, the next process makes it, once and not before", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const receiver = await WebhookReceiver.start(t);
  const env = {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_CHANNELS: "webhook",
    NOTIFICATION_RETRY: "first=1s,jitter=0",
  };
  const doomed = await system.agent("notification", env);
  const cause = crypto.randomUUID();
  await system.publish(CODE, codePayload, cause);
  (await receiver.call(1)).answer(503);
  const { items } = (await ask(doomed, "GET", "/deliveries")).body as { items: { notificationId: string }[] };
  const id = items[0]?.notificationId ?? "";
  let waiting = await untilChannel(doomed, id, "webhook", "pending");
  while (waiting.dueAt === null) waiting = await untilChannel(doomed, id, "webhook", "pending");
  t.match(waiting.timeline[0], { what: "channel-accepted" });
  const [delivery] = (await ask(doomed, "GET", "/deliveries")).body["items"] as { correlationId: string }[];
  const flow = delivery?.correlationId ?? "";
  t.match(await laterIn(doomed, flow), { pending: 1, dueAt: waiting.dueAt }, "the flow is not done");
  t.match(await laterIn(doomed, crypto.randomUUID()), { pending: 0, dueAt: null }, "another flow is");
  await doomed.kill();

  const next = await system.agent("notification", env);
  (await receiver.call(2)).answer(200);
  const [sent] = await system.until(SENT, 1);
  t.match(sent?.data.data, { causationId: cause, payload: { notificationId: id } });
  const { timeline } = await untilChannel(next, id, "webhook", "sent");
  const [, deferred, done] = timeline;
  t.match([deferred, done], [{ what: "channel-deferred" }, { what: "channel-sent" }]);
  t.ok((done?.time ?? "") >= (deferred?.until ?? "never"), "not before it was due");
  t.match(await laterIn(next, flow), { pending: 0, dueAt: null });
  t.equal(receiver.calls[1]?.key, id, "under the same key");
  t.equal(receiver.calls.length, 2);
});

/** What the agent has left for later in a flow. */
async function laterIn(agent: RunningAgent, flow: string): Promise<unknown> {
  return (await ask(agent, "GET", `/health?correlationId=${flow}`)).body["later"];
}

await test("a Retry-After is waited for, and too long a one is a failure", async (t) => {
  const system = await TestSystem.start(t, []);
  const receiver = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_RETRY: "first=1ms,last=1ms",
  });
  const body = { recipient: "ops", channels: ["webhook"], message: "m" };
  const asked = ask(agent, "POST", "/execute", { body });
  const before = Date.now();
  (await receiver.call(1)).answer(429, { "retry-after": "3600" });
  const { result } = (await asked).body as { result: { channels: { dueAt: string }[] } };
  const dueAt = Date.parse(result.channels[0]?.dueAt ?? "");
  t.ok(dueAt >= before + 3_600_000 && dueAt <= Date.now() + 3_600_000, String(dueAt));
  const other = ask(agent, "POST", "/execute", { body });
  (await receiver.call(2)).answer(503, { "retry-after": "100000" });
  t.match((await other).body["result"], { at: "failed", channels: [{ at: "failed", code: "4.3.2" }] });
});

await test("of two replicas one makes the attempt that is due", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const receiver = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_WEBHOOK_URL: receiver.url, NOTIFICATION_RETRY: "first=1s,jitter=0" };
  const first = await system.agent("notification", env);
  const body = { recipient: "ops", channels: ["webhook"], message: "m" };
  const asked = ask(first, "POST", "/execute", { body });
  (await receiver.call(1)).answer(503);
  const id = idOf(await asked);
  const second = await replica(t, system, env);
  const call = await receiver.call(2);
  for (const agent of [first, second]) t.equal((await ask(agent, "GET", "/deliveries")).status, 200);
  call.answer(200);
  await untilChannel(first, id, "webhook", "sent");
  for (const agent of [first, second]) t.equal((await ask(agent, "GET", "/deliveries")).status, 200);
  t.equal(receiver.calls.length, 2);

  const sending = ask(first, "POST", "/execute", { body });
  const leaving = await receiver.call(3);
  const path = `/notifications/${leaving.key}`;
  t.match((await ask(second, "GET", path)).body["channels"], [
    { at: "pending", timeline: [{ what: "channel-accepted" }, { what: "channel-begun" }] },
  ]);
  t.match(await ask(second, "POST", `${path}/cancel`, { body: {} }), {
    status: 409,
    body: { detail: /is being sent by webhook at this moment/ },
  });
  leaving.answer(503, { "retry-after": "3600" });
  t.equal((await sending).status, 200);
  t.match(await ask(second, "POST", `${path}/cancel`, { body: {} }), {
    status: 200,
    body: { result: { at: "suppressed", channels: [{ timeline: [{}, { what: "channel-deferred" }, {}] }] } },
  });
});

/** A second process on the same database. */
async function replica(
  t: Test,
  system: TestSystem,
  env: Readonly<Record<string, string>>,
): Promise<RunningAgent> {
  const second = await runAgentProcess("src/agents/notification/main.ts", await freePort(), {
    AGENTS_RUN_ID: "test",
    AGENTS_LLM_MODE: "sample",
    SQLSERVER_URL: `sqlite:${join(system.dir, "agentsdb.db")}`,
    NOTIFICATION_DIR: join(system.dir, "outbox"),
    ...env,
  });
  t.teardown(() => second.kill());
  return second;
}

await test("an attempt that takes long keeps no other one waiting, but so many on one channel", async (t) => {
  const system = await TestSystem.start(t, []);
  const [receiver, sms] = [await WebhookReceiver.start(t), await WebhookReceiver.start(t)];
  const agent = await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_SMS_URL: sms.url,
    NOTIFICATION_RETRY: "first=1ms,last=1ms",
  });
  const send = async (channel: string, to: WebhookReceiver, first: number): Promise<string> => {
    const body = { recipient: "+442079460958", channels: [channel], message: "m" };
    const asked = ask(agent, "POST", "/execute", { body });
    (await to.call(first)).answer(503);
    return idOf(await asked);
  };
  // As many as are under way at a time on one channel, each of which is tried again and hangs.
  for (let count = 0; count < 10; count += 1) {
    await send("webhook", receiver, 2 * count + 1);
    await receiver.call(2 * count + 2);
  }
  const waits = await send("webhook", receiver, 21);
  const other = await send("sms", sms, 1);
  (await sms.call(2)).answer(200);
  await untilChannel(agent, other, "sms", "sent");
  t.equal(receiver.calls.length, 21, "that one waits for a place");
  receiver.calls[1]?.answer(200);
  (await receiver.call(22)).answer(200);
  await untilChannel(agent, waits, "webhook", "sent");
  t.equal(receiver.calls[21]?.key, waits);
  // A stop would wait for them.
  for (let retry = 3; retry < 20; retry += 2) receiver.calls[retry]?.answer(200);
});

await test("a row that belongs to no notification keeps nobody busy", async (t) => {
  const system = await TestSystem.start(t, []);
  const first = await system.agent("notification");
  await ask(first, "POST", "/execute", { body: { recipient: "ops", channels: ["file"], message: "m" } });
  await first.kill();
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  t.teardown(() => file.close());
  const due = "2026-01-01T00:00:00.000Z";
  file.exec(`update notification_channels set notification_id = 'nobody', due_at = '${due}'`);
  const next = await system.agent("notification");
  const dueAt = file.prepare("select due_at from notification_channels");
  while (dueAt.get()?.["due_at"] === due) await next.get("/healthz/live");
  t.match(dueAt.get(), { due_at: /Z$/ }, "it is looked at later");
});
