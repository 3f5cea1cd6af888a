import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { test } from "tap";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask, idOf, untilChannel } from "./ask.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

interface Stats {
  readonly since: string | null;
  readonly until: string | null;
  readonly channels: readonly Readonly<Record<string, unknown>>[];
}

async function statsOf(agent: RunningAgent, query: Readonly<Record<string, string>> = {}): Promise<Stats> {
  const { status, body } = await ask(agent, "GET", `/stats?${new URLSearchParams(query).toString()}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as unknown as Stats;
}

await test("channels are counted by what has become of them, with every attempt", async (t) => {
  const system = await TestSystem.start(t, []);
  const [receiver, gateway] = [await WebhookReceiver.start(t), await WebhookReceiver.start(t)];
  const env = {
    NOTIFICATION_WEBHOOK_URL: receiver.url,
    NOTIFICATION_SMS_URL: gateway.url,
    NOTIFICATION_RETRY: "attempts=2,first=10ms",
  };
  const agent = await system.agent("notification", env);
  t.strictSame((await statsOf(agent)).channels, [], "nothing was asked for yet");
  const send = (channels: readonly string[], recipient = "+442079460958", more: object = {}) =>
    ask(agent, "POST", "/execute", { body: { recipient, channels, message: "m", ...more } });

  // The second attempt takes what the first did not get through; a third waits for an hour.
  const late = send(["webhook"]);
  (await receiver.call(1)).answer(503);
  (await receiver.call(2)).answer(200);
  await untilChannel(agent, idOf(await late), "webhook", "sent");
  const waiting = send(["webhook"]);
  (await receiver.call(3)).answer(429, { "retry-after": "3600" });
  await waiting;
  const refused = send(["webhook"]);
  (await receiver.call(4)).answer(404);
  const failed = idOf(await refused);
  const unreachable = send(["webhook"]);
  (await receiver.call(5)).answer(503);
  (await receiver.call(6)).answer(503);
  await untilChannel(agent, idOf(await unreachable), "webhook", "failed");
  await send(["sms"], "ops"); // has no number

  const text = send(["sms"]);
  (await gateway.call(1)).answer(202, {}, '{"messageId":"gw-1"}');
  await text;
  const receipt = { channel: "sms", messageId: "gw-1", code: "2.0.0" };
  t.match(await ask(agent, "POST", "/receipts", { body: receipt }), { status: 200 });
  const bounced = send(["sms"], "+442079460123");
  (await gateway.call(2)).answer(202);
  const returned = { channel: "sms", notificationId: idOf(await bounced), code: "5.1.1" };
  t.match(await ask(agent, "POST", "/receipts", { body: returned }), { status: 200 });
  await send(["sms"], "+442079460123"); // the address is on the list now
  await ask(agent, "PUT", "/recipients/ops/preferences", { body: { optOut: ["news"] } });
  await send(["file"], "ops", { category: "news" });

  const { channels } = await statsOf(agent);
  t.match(channels, [
    { channel: "file", asked: 1, attempts: 0, suppressed: { total: 1, byReason: { "opted-out": 1 } } },
    {
      channel: "sms",
      asked: 4,
      sent: 0,
      delivered: 1,
      failed: { total: 2, byClass: { transient: 0, permanent: 2 }, byCause: { address: 2 } },
      suppressed: { total: 1, byReason: { "hard-bounce": 1 } },
      attempts: 2,
      timeToSent: { count: 1 },
    },
    {
      channel: "webhook",
      asked: 4,
      pending: 0,
      deferred: 1,
      sent: 1,
      failed: { total: 2, byClass: { transient: 1, permanent: 1 }, byCause: { system: 2 } },
      suppressed: { total: 0 },
      attempts: 6,
      timeToSent: { count: 1 },
    },
  ]);
  t.equal(channels.length, 3);
  t.strictSame((await statsOf(agent, { channel: "sms" })).channels, [channels[1]]);
  t.strictSame((await statsOf(agent, { channel: "nobody" })).channels, []);

  const again = ask(agent, "POST", `/notifications/${failed}/retry`, { body: {} });
  (await receiver.call(7)).answer(200);
  await again;
  const [after] = (await statsOf(agent, { channel: "webhook" })).channels;
  t.match(
    after,
    { asked: 4, sent: 2, failed: { total: 1 }, attempts: 7 },
    "the attempts before are not forgotten",
  );

  await agent.kill();
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  // As it was before there were counts.
  for (const column of ["attempts", "earlier_attempts", "code", "suppressed_by", "sent_ms"])
    file.exec(`alter table notification_channels drop column ${column}`);
  file.exec("delete from notification_migration where name = '0003_outcomes'");
  file.exec("update notification_projections set version = 2");
  file.close();
  const next = await system.agent("notification", env);
  const rebuilt = (await statsOf(next)).channels;
  t.strictSame(
    [rebuilt[0], rebuilt[1], rebuilt[2]],
    [channels[0], channels[1], after],
    "made again from the streams",
  );
});

await test("the times from asked to sent are percentiles by nearest rank, of each channel", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const ids: string[] = [];
  for (let each = 0; each < 10; each += 1) {
    const body = { recipient: "ops", channels: ["file", "console"], message: "m" };
    ids.push(idOf(await ask(agent, "POST", "/execute", { body })));
  }
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  const set = file.prepare(
    "update notification_channels set sent_ms = ? where notification_id = ? and channel = ?",
  );
  // 10 × 100 ms … 1000 ms by file; by console nine times the same, and one that took a month.
  for (const [index, id] of ids.entries()) {
    set.run((index + 1) * 100, id, "file");
    set.run(index === 3 ? 2_678_400_000 : 7, id, "console");
  }
  t.match((await statsOf(agent)).channels, [
    { channel: "console", sent: 10, timeToSent: { count: 10, p50Ms: 7, p95Ms: 2_678_400_000 } },
    { channel: "file", sent: 10, timeToSent: { count: 10, p50Ms: 500, p95Ms: 1000 } },
  ]);
  file.exec(`update notification_channels set state = 'failed' where notification_id = '${ids[9] ?? ""}'`);
  const [, nine] = (await statsOf(agent)).channels;
  t.match(nine, { timeToSent: { count: 9, p50Ms: 500, p95Ms: 900 } }, "what came back was not sent");
  file.close();
});

await test("counts and times are of one moment, also while much is sent", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const body = { recipient: "ops", channels: ["file", "console"], message: "m" };
  const sending = Array.from({ length: 40 }, () => ask(agent, "POST", "/execute", { body }));
  let sent = 0;
  while (sent < 2 * sending.length) {
    const { channels } = await statsOf(agent);
    sent = 0;
    for (const each of channels) {
      t.match(each, { timeToSent: { count: each["sent"] } });
      sent += Number(each["sent"]);
    }
  }
  await Promise.all(sending);
});

await test("a range is of the times at which was asked: from its beginning to before its end", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const body = { recipient: "ops", channels: ["file"], message: "m" };
  const ids: string[] = [];
  for (let each = 0; each < 3; each += 1) ids.push(idOf(await ask(agent, "POST", "/execute", { body })));
  const file = new DatabaseSync(join(system.dir, "agentsdb.db"));
  const set = file.prepare("update notification_deliveries set requested_at = ? where notification_id = ?");
  for (const [index, id] of ids.entries()) set.run(`2026-03-0${index + 1}T00:00:00.000Z`, id);
  file.close();
  const asked = async (query: Readonly<Record<string, string>>): Promise<unknown> =>
    (await statsOf(agent, query)).channels[0]?.["asked"];
  t.equal(await asked({ since: "2026-03-02T00:00:00Z" }), 2, "with its beginning");
  t.equal(await asked({ until: "2026-03-02T00:00:00Z" }), 1, "without its end");
  t.equal(await asked({ since: "2026-03-02T01:00:00+01:00", until: "2026-03-02T00:00:00.001Z" }), 1);
  t.equal(await asked({ since: "2026-03-03T00:00:00.001Z" }), undefined);
  t.match(await statsOf(agent, { since: "2026-03-02T01:00:00+01:00" }), {
    since: "2026-03-02T00:00:00.000Z",
    until: null,
  });
});

await test("a range or a channel that cannot be is refused with its place", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  for (const [query, path] of [
    ["since=yesterday", "since"],
    ["until=2026-13-01T00:00:00Z", "until"],
    ["since=2026-03-01", "since"],
    ["until=9999-12-31T23:59:59-12:00", "until"],
    ["since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z", "until"],
    ["since=2026-03-02T00:00:00Z&until=2026-03-02T01:00:00%2B01:00", "until"],
    ["since=2026-03-02T00:00:00Z&since=2026-03-03T00:00:00Z", "since"],
    ["channel=E-Mail!", "channel"],
    ["channel=", "channel"],
  ] as const) {
    const answer = await ask(agent, "GET", `/stats?${query}`);
    const type = "urn:agents:problem:validation";
    t.match(answer, { status: 422, body: { type, errors: [{ path }] } }, query);
  }
});
