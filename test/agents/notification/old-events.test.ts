import { test } from "tap";
import { decide } from "../../../src/agents/notification/domain/decide.ts";
import {
  dueChannels,
  evolve,
  initialNotification,
} from "../../../src/agents/notification/domain/notification.ts";
import { notificationCodec } from "../../../src/agents/notification/infrastructure/notification-codec.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { databaseOf, store } from "../kit/helpers/projections.ts";
import { ask, untilChannel } from "./ask.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

/** A stream as the first version has written it. */
const OLD = [
  {
    type: "requested",
    data: {
      recipient: "developers",
      channels: ["webhook", "file"],
      subject: "s",
      message: "m",
      priority: "normal",
      cause: { kind: "event", id: "e1", eventType: "x" },
    },
  },
  {
    type: "rendered",
    data: {
      subject: "s",
      body: "m",
      sms: { encoding: "GSM-7", units: 4, segments: 1 },
      wording: { by: "template", reason: null, generatedBy: null, promptRef: null },
    },
  },
  { type: "channel-sent", data: { channel: "file", attempt: 1, code: "2.0.0", detail: null } },
  { type: "channel-deferred", data: { channel: "webhook", attempt: 1, code: "4.4.1", detail: null } },
];

await test("a stream of the first version is read as what it would be today", (t) => {
  const old = OLD.map((event) => notificationCodec.parse({ ...event, schemaVersion: 1 }));
  const state = old.reduce(evolve, initialNotification);
  t.match(state, {
    at: "rendered",
    request: { category: "general", lineage: { causationId: "e1", depth: 0 } },
    content: { sms: { text: "m" } },
  });
  const now = "2026-11-26T12:00:00.000Z";
  t.strictSame(
    dueChannels(state, now).map(({ channel, attempts }) => [channel, attempts]),
    [["webhook", 1]],
    "what waited is due at once",
  );
  const retrying = { policy: { attempts: 2, firstMs: 1, lastMs: 1, jitter: 0 }, now: 0, random: 0 };
  const outcomes = [{ channel: "webhook", code: "2.0.0", detail: null }];
  t.match(decide({ type: "record-attempts", by: "me", outcomes, retrying }, state), [
    { type: "channel-sent", data: { attempt: 2, messageId: null } },
    { type: "sent" },
  ]);
  t.equal(notificationCodec.schemaVersion("channel-deferred"), 2);
  t.equal(notificationCodec.schemaVersion("channel-failed"), 1);
  t.end();
});

await test("what the first version has stored is loaded, listed and sent on by the agent of today", async (t) => {
  const system = await TestSystem.start(t, []);
  const receiver = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_WEBHOOK_URL: receiver.url };
  const first = await system.agent("notification", env);
  await first.kill();
  const id = crypto.randomUUID();
  using database = databaseOf(system);
  const stream = `notification-${id}`;
  store(
    database,
    "notification",
    OLD.map((event, index) => ({ ...event, stream, version: index + 1 })),
  );
  // The lists of that time were made by another version, too.
  database.exec("update notification_projections set version = 1");

  const agent = await system.agent("notification", env);
  t.match((await ask(agent, "GET", "/deliveries")).body["items"], [
    { notificationId: id, at: "rendered", recipient: "developers", correlationId: "c-old" },
  ]);
  // What waited is due since long ago: it is sent as soon as the agent is up.
  (await receiver.call(1)).answer(200);
  await untilChannel(agent, id, "webhook", "sent");
  t.match((await ask(agent, "GET", `/notifications/${id}`)).body, {
    at: "sent",
    category: "general",
    channels: [
      { channel: "webhook", attempts: 2 },
      { channel: "file", attempts: 1 },
    ],
  });
  const stored = database
    .prepare(
      "select type, schema_version as v, data from notification_events where stream_id = ? order by version",
    )
    .all(stream);
  t.match(
    stored,
    OLD.map(({ type, data }) => ({ type, v: "1", data: JSON.stringify(data) })),
    "what is stored is not rewritten",
  );
  t.match(
    stored.slice(OLD.length).find(({ type }) => type === "channel-sent"),
    { v: "2" },
    "what is new is of today",
  );
});
