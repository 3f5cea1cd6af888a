import { test } from "tap";
import { decide } from "../../../src/agents/notification/domain/decide.ts";
import {
  dueChannels,
  evolve,
  initialNotification,
} from "../../../src/agents/notification/domain/notification.ts";
import { notificationCodec } from "../../../src/agents/notification/infrastructure/notification-codec.ts";

await test("a stream of the first version is read as what it would be today", (t) => {
  const old = [
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
  ].map((event) => notificationCodec.parse({ ...event, schemaVersion: 1 }));
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
  t.match(decide({ type: "record-attempts", outcomes, retrying }, state), [
    { type: "channel-sent", data: { attempt: 2, messageId: null } },
    { type: "sent" },
  ]);
  t.equal(notificationCodec.schemaVersion("channel-deferred"), 2);
  t.equal(notificationCodec.schemaVersion("channel-failed"), 1);
  t.end();
});
