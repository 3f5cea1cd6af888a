import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask, idOf, untilChannel } from "./ask.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const SENT = "agents.notification.sent.completed";
const FAILED = "agents.notification.delivery.failed";
const PREFERENCES = "/recipients/on-call/preferences";

await test("preferences are read, set with their version, and taken back", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const unset = await ask(agent, "GET", PREFERENCES);
  t.match(unset, {
    status: 200,
    etag: '"0"',
    body: { version: 0, channels: null, optOut: [], quietHours: null, urgent: { ignoresQuietHours: true } },
  });
  const body = {
    channels: ["sms", "file"],
    addresses: { sms: "+44 20 7946 0958", email: "oncall@example.com", push: "device-1" },
    optOut: ["code"],
    quietHours: { timeZone: "Europe/London", from: "22:00", to: "07:00" },
  };
  const create = { body, headers: { "if-match": '"0"' } };
  const set = await ask(agent, "PUT", PREFERENCES, create);
  t.match(set, {
    status: 200,
    etag: '"1"',
    body: { result: { version: 1, addresses: { sms: "+442079460958" } } },
  });
  t.match(await ask(agent, "PUT", PREFERENCES, create), { status: 412 }, "somebody else was faster");
  t.match(
    await ask(agent, "PUT", "/recipients/On-Call/preferences", { body }),
    { etag: '"1"' },
    "the same again",
  );
  const read = await ask(agent, "GET", "/Recipients/ON-CALL/Preferences");
  t.match(read, { etag: '"1"', body: { optOut: ["code"], quietHours: { timeZone: "Europe/London" } } });
  const number = "/recipients/%2B44%2020%207946%200958/preferences";
  t.match(await ask(agent, "PUT", number, { body: { optOut: ["code"] } }), { etag: '"1"' });
  t.match(await ask(agent, "GET", "/recipients/%2B442079460958/preferences"), { body: { optOut: ["code"] } });
  const gone = await ask(agent, "DELETE", PREFERENCES, { headers: { "if-match": '"1"' } });
  t.match(gone, { status: 200, etag: '"2"', body: { result: { channels: null, addresses: {} } } });
});

await test("preferences that cannot be kept are refused with each place", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const refused = async (body: unknown, path = PREFERENCES): Promise<unknown> => {
    const answer = await ask(agent, "PUT", path, { body });
    t.equal(answer.status, 422, JSON.stringify(body));
    return (answer.body["errors"] as { path: string }[]).map((each) => each.path);
  };
  const places = await refused({
    addresses: { email: "+442079460958", sms: "ada@example.com", file: "x", push: "device-1" },
    quietHours: { timeZone: "Europe/Nowhere", from: "22:00", to: "07:00" },
  });
  t.strictSame(places, ["addresses.email", "addresses.sms", "addresses.file", "quietHours.timeZone"]);
  t.strictSame(await refused({ addresses: { sms: "+999 1234567" } }), ["addresses.sms"]);
  t.strictSame(await refused({ addresses: { email: "nobody@" } }), ["addresses.email"]);
  t.strictSame(await refused({ quietHours: { timeZone: "UTC", from: "24:00", to: "7" } }), [
    "quietHours.from",
    "quietHours.to",
  ]);
  t.strictSame(await refused({ optOut: ["No Category"] }), ["optOut[0]"]);
  t.strictSame(await refused({}, "/recipients/nobody%40/preferences"), ["recipient"]);
});

await test("what a recipient does not want is not sent, and is nobody's failure", async (t) => {
  const system = await TestSystem.start(t, [SENT, FAILED]);
  const agent = await system.agent("notification");
  await ask(agent, "PUT", PREFERENCES, { body: { channels: ["console"], optOut: ["code"] } });
  const send = (more: object) =>
    ask(agent, "POST", "/execute", { body: { recipient: "on-call", message: "m", ...more } });
  const unwanted = await send({ category: "code" });
  t.match(unwanted.body, {
    result: {
      at: "suppressed",
      channels: [{ suppressedBy: "opted-out", attempts: 0 }, { suppressedBy: "channel-off" }],
      wording: { by: "template", reason: "nobody is told" },
    },
    events: [{ eventType: "agents.notification.send.requested" }],
    generatedBy: null,
  });
  const wanted = await send({ category: "incident" });
  t.match(wanted.body["result"], { at: "sent", channels: [{ at: "sent" }, { at: "suppressed" }] });
  const [sent] = await system.until(SENT, 1);
  t.match(sent?.data.data.payload["channels"], [{ at: "sent" }, { at: "suppressed", attempts: 0 }]);
  t.match((await ask(agent, "GET", "/deliveries?at=suppressed")).body, {
    items: [{ notificationId: idOf(unwanted) }],
    next: null,
  });
  t.equal(system.seen.length, 1);
});

await test("quiet hours hold what would disturb, through a crash, and urgency breaks them", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const gateway = await WebhookReceiver.start(t);
  const env = { NOTIFICATION_SMS_URL: gateway.url };
  const agent = await system.agent("notification", env);
  // All day long: it does not matter when this runs.
  const quietHours = { timeZone: "Asia/Tokyo", from: "00:00", to: "00:00" };
  const addresses = { sms: "+442079460958" };
  await ask(agent, "PUT", PREFERENCES, { body: { addresses, quietHours } });
  const body = { recipient: "on-call", channels: ["sms", "file"], message: "m" };
  const held = await ask(agent, "POST", "/execute", { body });
  t.match(held.body["result"], {
    at: "rendered",
    channels: [
      { channel: "sms", at: "held", dueAt: /T15:00:00\.000Z$/ },
      { channel: "file", at: "sent" },
    ],
  });
  const urgent = ask(agent, "POST", "/execute", { body: { ...body, priority: "high" } });
  (await gateway.call(1)).answer(200);
  t.match((await urgent).body["result"], { at: "sent" });
  await agent.kill();

  const next = await system.agent("notification", env);
  const id = idOf(held);
  t.match((await untilChannel(next, id, "sms", "held")).timeline, [
    { what: "channel-held", until: /T15:00/ },
  ]);
  const again = await ask(next, "POST", `/notifications/${id}/retry`, { body: {} });
  t.match(again.body["result"], { channels: [{ at: "held" }, {}] }, "they hold for a retry by hand too");
  await ask(next, "PUT", PREFERENCES, { body: { addresses } });
  const retried = ask(next, "POST", `/notifications/${id}/retry`, { body: {} });
  (await gateway.call(2)).answer(200);
  t.match((await retried).body["result"], { at: "sent", channels: [{ at: "sent", attempts: 1 }, {}] });
  t.equal(gateway.calls[1]?.key, id);
});

await test("the suppression list is kept by hand, in pages, and holds what lasts longest", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("notification");
  const put = (address: string, body: object) =>
    ask(agent, "PUT", `/suppressions/${encodeURIComponent(address)}`, { body });
  t.match(await put("B@Example.com", { note: "has left" }), {
    status: 200,
    etag: '"1"',
    body: { result: { address: "b@example.com", reason: "manual", expiresAt: null, note: "has left" } },
  });
  t.match(await put("b@example.com", { expiresAt: "2099-01-01T00:00:00Z" }), { etag: '"1"' }, "that is less");
  t.match(await put("+44 20 7946 0958", { reason: "complaint", expiresAt: "2099-01-01T00:00:00+01:00" }), {
    body: { result: { address: "+442079460958", expiresAt: "2098-12-31T23:00:00.000Z" } },
  });
  t.match(await put("a@example.com", {}), { status: 200 });
  for (const [address, body, path] of [
    ["a@example.com", { expiresAt: "2001-01-01T00:00:00Z" }, "expiresAt"],
    ["a@example.com", { expiresAt: "soon" }, "expiresAt"],
    ["a@example.com", { reason: "whim" }, "reason"],
    ["nobody@", {}, "address"],
  ] as const) {
    t.match(await put(address, body), { status: 422, body: { errors: [{ path }] } });
  }
  const first = await ask(agent, "GET", "/suppressions?limit=2");
  t.match(first.body, {
    items: [{ address: "+442079460958" }, { address: "a@example.com" }],
    next: /^ListSuppressions\.[\w-]+$/,
  });
  await put("0@example.com", {});
  const second = await ask(agent, "GET", `/suppressions?limit=2&after=${String(first.body["next"])}`);
  t.match(second.body, { items: [{ address: "b@example.com" }], next: null }, "a new one moves nothing");
  t.match(await ask(agent, "GET", "/suppressions?after=a%40example.com"), {
    status: 422,
    body: { errors: [{ path: "after" }] },
  });
  const complaints = (await ask(agent, "GET", "/suppressions?reason=complaint")).body["items"];
  t.match(complaints, [{ reason: "complaint" }]);
  t.match(complaints, { length: 1 });
  t.match(await ask(agent, "DELETE", "/suppressions/%2B44%2020%207946%200958"), { status: 200 });
  t.match(await ask(agent, "GET", "/suppressions/%2B442079460958"), { status: 404 });
});

await test("a device is suppressed under the name that its gateway knows", async (t) => {
  const system = await TestSystem.start(t, []);
  const gateway = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", { NOTIFICATION_PUSH_URL: gateway.url });
  const device = `dQw4:APA91b_${"x".repeat(140)}`;
  await ask(agent, "PUT", PREFERENCES, { body: { addresses: { push: device } } });
  t.match(await ask(agent, "PUT", `/suppressions/${encodeURIComponent(device)}`, { body: {} }), {
    status: 200,
  });
  const body = { recipient: "on-call", channels: ["push"], message: "m" };
  t.match((await ask(agent, "POST", "/execute", { body })).body["result"], {
    at: "suppressed",
    channels: [{ suppressedBy: "manual" }],
  });
  for (const wrong of ["12345", "a b@c", "x\ny"])
    t.match(
      await ask(agent, "PUT", `/suppressions/${encodeURIComponent(wrong)}`, { body: {} }),
      { status: 422 },
      wrong,
    );
});
