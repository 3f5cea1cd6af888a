import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { sentCompletedPayload } from "../../../src/agents/notification/events.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { codePayload, skippedPayload } from "./code-event.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const CODE = "agents.implementation.code.generated";
const REQUESTED = "agents.notification.send.requested";
const SENT = "agents.notification.sent.completed";
const CONFIRMED = "agents.notification.delivery.confirmed";
const FAILED = "agents.notification.delivery.failed";

async function outbox(system: TestSystem): Promise<readonly string[]> {
  return await readdir(join(system.dir, "outbox"));
}

await test("generated code is told to the configured recipient, once for each event", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const agent = await system.agent("notification", { NOTIFICATION_RECIPIENT: "team@example.com" });
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  await system.publish(CODE, codePayload, first);
  const [event] = await system.until(SENT, 1);
  t.equal(event?.data.data.causationId, first);
  const sent = sentCompletedPayload.parse(event?.data.data.payload);
  t.match(sent, {
    recipient: "team@example.com",
    subject: /^Code is ready: Applicants between 18/,
    generatedBy: "sample",
  });
  t.match(sent.channels, [
    { channel: "console", at: "sent", attempts: 1, code: "2.0.0" },
    { channel: "file", at: "sent", attempts: 1, code: "2.0.0" },
  ]);

  await system.replay(first, "notification");
  await system.publish(CODE, skippedPayload, second);
  const other = sentCompletedPayload.parse((await system.until(SENT, 2))[1]?.data.data.payload);
  t.match(other.subject, /^No code was generated/);
  t.strictSame(
    (await outbox(system)).toSorted(),
    [sent, other].map(({ notificationId: id }) => `${id}.json`).toSorted(),
  );
  const file: unknown = JSON.parse(
    await readFile(join(system.dir, "outbox", `${sent.notificationId}.json`), "utf8"),
  );
  t.match(file, {
    id: sent.notificationId,
    recipient: "team@example.com",
    correlationId: event?.data.data.correlationId,
    body: /Files: age-rules\.ts\nTests: 1, /,
  });

  const shown = await agent.get(`/api/notification/notifications/${sent.notificationId}`);
  t.match(shown.body, { at: "sent", cause: { kind: "event", id: first, eventType: CODE } });
  t.match(shown.body["timeline"], [{ what: "requested" }, { what: "rendered" }, { what: "sent" }]);
  t.match(shown.body["channels"], [
    { channel: "console", timeline: [{ what: "channel-accepted" }, { what: "channel-sent" }] },
    { channel: "file", timeline: [{ what: "channel-accepted" }, { what: "channel-sent" }] },
  ]);
  const page = await agent.get("/api/notification/deliveries?limit=1");
  t.match(page.body, { items: [{ notificationId: other.notificationId, at: "sent" }] });
  const next = await agent.get(`/api/notification/deliveries?limit=1&after=${String(page.body["next"])}`);
  t.match(next.body, { items: [{ notificationId: sent.notificationId }], next: null });
});

await test("execute sends at once, and its own event finds the work done", async (t) => {
  const system = await TestSystem.start(t, [REQUESTED, SENT, CONFIRMED]);
  const agent = await system.agent("notification");
  const body = {
    recipient: "+44 20 7946 0958",
    channels: ["file"],
    message: "VPN down, bridge 555-0100",
    priority: "high",
  };
  const answer = await agent.post("/api/Notification/execute", body);
  t.match(answer, {
    status: 200,
    body: {
      result: {
        at: "sent",
        recipient: "+442079460958",
        subject: body.message,
        sms: { encoding: "GSM-7", segments: 1 },
      },
      events: [{ eventType: REQUESTED }, { eventType: SENT }],
      generatedBy: "sample",
      promptRef: /^open-notification@/,
    },
  });
  const [requested] = await system.until(REQUESTED, 1);
  const [sent] = await system.until(SENT, 1);
  t.equal(sent?.data.data.correlationId, answer.body["correlationId"]);
  t.equal(requested?.data.data.payload["notificationId"], sent?.data.data.payload["notificationId"]);

  // The receipt comes after the agent has handled its own event, or before: neither sends again.
  const notificationId = sent?.data.data.payload["notificationId"];
  const receipt = { notificationId, channel: "file", code: "2.1.5" };
  t.match((await agent.post("/api/notification/receipts", receipt)).body, { result: { at: "delivered" } });
  t.match((await agent.post("/api/notification/receipts", receipt)).body, { events: { length: 0 } });
  const [confirmed] = await system.until(CONFIRMED, 1);
  t.match(confirmed?.data.data.payload, { notificationId, channel: "file", code: "2.1.5" });
  t.equal((await outbox(system)).length, 1);
  t.equal(system.seen.filter((event) => event.type === SENT).length, 1);
});

await test("another agent asks to send, and a recipient that is none goes to the dead letters", async (t) => {
  const system = await TestSystem.start(t, [SENT, "agents.deadletter.notification"]);
  await system.agent("notification");
  const id = crypto.randomUUID();
  await system.publish(REQUESTED, { recipient: "nobody@", message: "m" }, crypto.randomUUID());
  await system.publish(
    REQUESTED,
    { recipient: "ops", subject: "Hello", message: "m", channels: ["file"] },
    id,
  );
  const [sent] = await system.until(SENT, 1);
  t.match(sent?.data.data, { causationId: id, payload: { recipient: "ops", subject: "Hello" } });
  const [dead] = await system.until(REQUESTED, 1);
  t.match(dead?.data.data.payload, { recipient: "nobody@" });
});

await test("a channel that is busy is tried again until it takes the message", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const receiver = await WebhookReceiver.start(t);
  await system.agent("notification", {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_CHANNELS: "webhook,file",
    NOTIFICATION_RETRY: "first=10ms",
  });
  await system.publish(CODE, codePayload, crypto.randomUUID());
  (await receiver.call(1)).answer(429);
  (await receiver.call(2)).answer(503);
  (await receiver.call(3)).answer(202);
  const [sent] = await system.until(SENT, 1);
  t.match(sentCompletedPayload.parse(sent?.data.data.payload).channels, [
    { channel: "webhook", at: "sent", attempts: 3, code: "2.0.0" },
    { channel: "file", at: "sent", attempts: 1 },
  ]);
  t.equal(
    new Set(receiver.calls.map((call) => call.key)).size,
    1,
    "each attempt had the same idempotency key",
  );
});

await test("a refusal is final at once, and is told as a failure", async (t) => {
  const system = await TestSystem.start(t, [FAILED]);
  const receiver = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_WEBHOOK_URL: receiver.url, NOTIFICATION_CHANNELS: "webhook" };
  const agent = await system.agent("notification", env);
  await system.publish(CODE, codePayload, crypto.randomUUID());
  (await receiver.call(1)).answer(410);
  const [failed] = await system.until(FAILED, 1);
  t.match(failed?.data.data.payload, { reason: "webhook: 5.3.5 after 1 attempt (HTTP 410)" });
  t.match((await agent.get("/api/notification/deliveries?at=failed")).body, { items: [{ at: "failed" }] });
  t.equal(receiver.calls.length, 1);
});

await test("bad requests are answered with a problem that says where", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const wrong = { recipient: "+0", channels: ["file", "fax"], message: "m" };
  t.match(await agent.post("/api/notification/execute", wrong), {
    status: 422,
    body: {
      errors: [
        { path: "channels[1]", message: /no channel here/ },
        { path: "recipient", message: /E\.164/ },
      ],
    },
  });
  t.match(await agent.get(`/api/notification/notifications/${crypto.randomUUID()}`), { status: 404 });
  const receipt = { notificationId: crypto.randomUUID(), channel: "file", code: "250" };
  t.match(await agent.post("/api/notification/receipts", receipt), {
    status: 422,
    body: { errors: [{ path: "code" }] },
  });
  t.equal(system.seen.length, 0);
});

await test("without a model a command is refused with the reason, and an event goes out with the fixed text", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  // Port 1 is nobody's: the model cannot be reached.
  const agent = await system.agent("notification", {
    AGENTS_LLM_MODE: "live",
    OLLAMA_URL: "http://127.0.0.1:1",
    OLLAMA_MODELS: "llama3.2:3b",
  });
  const body = { recipient: "ops", channels: ["file"], message: "m" };
  t.match(await agent.post("/api/notification/execute", body), {
    status: 503,
    body: { type: "urn:agents:problem:ollama-unreachable" },
  });
  await system.publish(CODE, codePayload, crypto.randomUUID());
  const [sent] = await system.until(SENT, 1);
  t.match(sent?.data.data.payload, {
    wording: { by: "template", reason: /127\.0\.0\.1:1/ },
    generatedBy: null,
  });
  t.equal((await outbox(system)).length, 1, "what was refused was not sent");
});

await test("health shows the channels and prompts, and the API describes itself", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  let { body } = await agent.get("/api/notification/health");
  // Null until the sidecar could be asked what waits in the state store.
  while (JSON.stringify(body["outbox"]).includes("null"))
    ({ body } = await agent.get("/api/notification/health"));
  t.match(body, {
    channels: ["console", "file"],
    recipient: "developers",
    outbox: { pending: 0 },
    prompts: [{ ref: /^open-notification@1\.0\.0\+/ }],
  });
  const document = await agent.get("/openapi.json");
  t.match(document, { status: 200, body: { openapi: "3.1.0" } });
  t.strictSame(Object.keys(document.body["paths"] ?? {}).toSorted(), [
    "/api/notification/deliveries",
    "/api/notification/execute",
    "/api/notification/notifications/{notificationId}",
    "/api/notification/notifications/{notificationId}/cancel",
    "/api/notification/notifications/{notificationId}/retry",
    "/api/notification/projections",
    "/api/notification/projections/{name}/rebuild",
    "/api/notification/receipts",
    "/api/notification/recipients/{recipient}/preferences",
    "/api/notification/stats",
    "/api/notification/suppressions",
    "/api/notification/suppressions/{address}",
  ]);
});
