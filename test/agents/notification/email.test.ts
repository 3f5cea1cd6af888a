import { test } from "tap";
import { freePort } from "../../helpers/free-port.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask, idOf, untilChannel } from "./ask.ts";
import { MailServer } from "./mail-server.ts";

const SENT = "agents.notification.sent.completed";
const FAILED = "agents.notification.delivery.failed";
const CONFIRMED = "agents.notification.delivery.confirmed";

const RETRY = "attempts=4,first=20ms,last=50ms";
const settings = (url: string, more: Record<string, string> = {}): Record<string, string> => ({
  NOTIFICATION_SMTP_URL: url,
  NOTIFICATION_MAIL_FROM: "agents@example.org",
  NOTIFICATION_CHANNELS: "email",
  NOTIFICATION_RETRY: RETRY,
  ...more,
});
const letter = {
  recipient: "ada@example.com",
  subject: "VPN",
  message: "The VPN is d\u00f6wn.\nBridge 555-0100.",
};

await test("a mail is handed to a real server, with the id of its notification on envelope and letter", async (t) => {
  const system = await TestSystem.start(t, [SENT, CONFIRMED]);
  const server = await MailServer.start(t);
  const agent = await system.agent("notification", settings(server.url));
  const answer = await ask(agent, "POST", "/execute", { body: { ...letter, priority: "high" } });
  t.match(answer, {
    status: 200,
    body: {
      result: { at: "sent", channels: [{ channel: "email", address: letter.recipient, code: "2.0.0" }] },
    },
  });
  const id = idOf(answer);
  const mail = await server.mail(1);
  t.match(mail, { from: "agents@example.org", to: "ada@example.com", envelopeId: id, user: null });
  const [head = "", body = ""] = mail.text.split("\r\n\r\n");
  for (const header of [
    `Message-ID: <${id}@example.org>`,
    "From: agents@example.org",
    "To: ada@example.com",
    "Subject: VPN",
    "Auto-Submitted: auto-generated",
    `X-Correlation-ID: ${String(answer.body["correlationId"])}`,
    "X-Priority: 1 (Highest)",
  ]) {
    t.ok(head.split("\r\n").includes(header), header);
  }
  t.match(body, /The VPN is d=C3=B6wn\.\r\nBridge 555-0100\./);

  // What comes back later is told by the same id: the one on the letter, or that of the envelope.
  const arrived = { channel: "email", messageId: `<${id}@example.org>`, code: "2.1.5" };
  t.match(await ask(agent, "POST", "/receipts", { body: arrived }), {
    body: { result: { at: "delivered" } },
  });
  t.match((await system.until(CONFIRMED, 1))[0]?.data.data, {
    correlationId: answer.body["correlationId"],
    payload: { notificationId: id, code: "2.1.5" },
  });
});

await test("a mailbox that is full or a server that greylists is tried again, and takes the mail once", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const said = ["452 4.2.2 Mailbox full", "450 4.7.1 Greylisted"];
  const server = await MailServer.start(t, { recipient: (_, attempt) => said[attempt - 1] ?? null });
  const agent = await system.agent("notification", settings(server.url));
  const answer = await ask(agent, "POST", "/execute", { body: letter });
  const id = idOf(answer);
  const channel = await untilChannel(agent, id, "email", "sent");
  t.match(channel.timeline, [
    { what: "channel-accepted" },
    { what: "channel-deferred", attempt: 1, code: "4.2.2", class: "transient", detail: /Mailbox full/ },
    { what: "channel-deferred", attempt: 2, code: "4.7.1", class: "transient" },
    { what: "channel-sent", attempt: 3, code: "2.0.0", class: "success" },
  ]);
  for (const [index, entry] of channel.timeline.entries()) {
    if (entry.until !== null)
      t.ok((channel.timeline[index + 1]?.time ?? "") >= entry.until, "not before it was due");
  }
  const [event] = await system.until(SENT, 1);
  t.equal(
    event?.data.data.correlationId,
    answer.body["correlationId"],
    "it is part of the flow that asked for it",
  );
  t.equal(server.mails.length, 1);
  t.match(server.mails[0]?.text, new RegExp(`Message-ID: <${id}@`));
});

await test("a mailbox that does not exist is not written to again, whoever asks, until it is lifted", async (t) => {
  const system = await TestSystem.start(t, [SENT, FAILED]);
  const server = await MailServer.start(t, {
    recipient: (address, attempt) =>
      address === "ada@example.com" && attempt === 1 ? "550 5.1.1 No such user" : null,
  });
  const agent = await system.agent("notification", settings(server.url));
  const first = await ask(agent, "POST", "/execute", { body: letter });
  t.match(first.body["result"], { at: "failed", channels: [{ at: "failed", code: "5.1.1" }] });
  t.match((await system.until(FAILED, 1))[0]?.data.data.payload, {
    reason: /email: 5\.1\.1 after 1 attempt/,
  });
  const listed = await ask(agent, "GET", "/suppressions");
  t.match(listed.body, {
    items: [
      { address: "ada@example.com", reason: "hard-bounce", notificationId: idOf(first), expiresAt: /^20/ },
    ],
    next: null,
  });

  const urgent = { ...letter, recipient: "Ada@Example.com", priority: "high" };
  const second = await ask(agent, "POST", "/execute", { body: urgent });
  t.match(second.body["result"], {
    at: "failed",
    channels: [{ at: "suppressed", suppressedBy: "hard-bounce", timeline: [{ what: "channel-suppressed" }] }],
  });
  t.equal(server.attempts("ada@example.com"), 1);
  t.equal(server.attempts("Ada@Example.com"), 0, "no case makes another mailbox of it");

  const path = "/suppressions/ada%40example.com";
  const entry = await ask(agent, "GET", path);
  t.match(entry, { status: 200, etag: '"1"', body: { reason: "hard-bounce" } });
  t.match(await ask(agent, "DELETE", path, { headers: { "if-match": '"7"' } }), { status: 412 });
  // Clients that name JSON as the type of everything send it also where there is no body.
  const headers = { "if-match": '"1"', "content-type": "application/json" };
  t.match(await ask(agent, "DELETE", path, { headers }), { status: 200 });
  t.match(await ask(agent, "GET", path), { status: 404 });
  t.match(await ask(agent, "GET", "/suppressions"), { body: { items: { length: 0 } } });
  const third = await ask(agent, "POST", `/notifications/${idOf(first)}/retry`, { body: {} });
  t.match(third.body["result"], { at: "sent", channels: [{ at: "sent", attempts: 1 }] });
  t.match(await ask(agent, "DELETE", "/suppressions/nobody%40example.com"), { status: 404 });
});

await test("mail that comes back is read from its report, and a complaint stops the next one without a failure", async (t) => {
  const system = await TestSystem.start(t, [SENT, FAILED]);
  const server = await MailServer.start(t);
  const agent = await system.agent("notification", settings(server.url));
  const id = idOf(await ask(agent, "POST", "/execute", { body: letter }));
  const report = (action: string, status: string): string =>
    `Reporting-MTA: dns; mx.example.com\r\nOriginal-Envelope-Id: ${id}\r\n\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; 550 gone\r\n`;
  const receive = (body: unknown) => ask(agent, "POST", "/receipts", { body });
  const delayed = await receive({ channel: "email", report: report("delayed", "4.4.1") });
  t.match(delayed, { status: 200, body: { result: { at: "sent" }, events: { length: 0 } } });
  const bounced = await receive({ channel: "email", report: report("failed", "5.2.1") });
  t.match(bounced, { status: 200, body: { result: { at: "failed" }, events: [{ eventType: FAILED }] } });
  const again = await receive({ channel: "email", report: report("failed", "5.2.1") });
  t.match(again, { status: 200, body: { events: { length: 0 } } }, "the same twice is the same once");
  t.match(
    (await ask(agent, "GET", "/suppressions")).body,
    { items: { length: 0 } },
    "5.2.1 is about this mail",
  );

  const late = idOf(await ask(agent, "POST", "/execute", { body: letter }));
  const relayed = report("relayed", "2.0.0").replace(id, late);
  t.match(
    (await receive({ channel: "email", report: relayed })).body,
    { events: { length: 0 } },
    "not there yet",
  );
  const expired = report("failed", "4.4.7").replace(id, late);
  t.match(await receive({ channel: "email", report: expired }), {
    body: { result: { at: "failed", channels: [{ code: "4.4.7" }] }, events: [{ eventType: FAILED }] },
  });
  t.match(
    (await ask(agent, "GET", "/suppressions")).body,
    { items: { length: 0 } },
    "the mailbox may be fine",
  );

  const other = idOf(await ask(agent, "POST", "/execute", { body: letter }));
  const complaint = { channel: "email", notificationId: other, complaint: true, detail: "abuse" };
  t.match(await receive(complaint), { status: 200, body: { result: { at: "sent" } } });
  t.match(await receive(complaint), { status: 200 });
  t.match((await ask(agent, "GET", "/suppressions?reason=complaint")).body, {
    items: [{ address: "ada@example.com", expiresAt: null, note: "abuse" }],
  });
  const stopped = await ask(agent, "POST", "/execute", { body: letter });
  t.match(stopped.body, { result: { at: "suppressed", channels: [{ suppressedBy: "complaint" }] } });
  t.equal((await system.until(FAILED, 2)).length, 2, "nobody is told of somebody's wish");

  const wrong: readonly (readonly [unknown, number])[] = [
    [{ channel: "email", messageId: "nobody@knows.example", code: "2.0.0" }, 404],
    [{ channel: "sms", notificationId: id, code: "2.0.0" }, 404],
    [{ channel: "email", notificationId: crypto.randomUUID(), code: "2.0.0" }, 404],
    [{ channel: "email", code: "2.0.0" }, 422],
    [{ channel: "email", notificationId: id }, 422],
    [{ channel: "email", notificationId: id, code: "250" }, 422],
    [{ channel: "email", report: "hello" }, 422],
    [{ channel: "email", report: "Action: failed\nStatus: 5.1.1" }, 422],
  ];
  for (const [body, status] of wrong) {
    const answer = await receive(body);
    t.equal(answer.status, status, JSON.stringify(body));
    t.match(answer.body, { type: /^urn:agents:problem:/ });
  }
});

await test("a server that asks who it is gets a password, and a wrong one is a failure at once", async (t) => {
  const system = await TestSystem.start(t, [FAILED]);
  const server = await MailServer.start(t, { password: "s3cret&more" });
  const url = server.url.replace("smtp://", "smtp://robot:s3cret%26more@");
  const agent = await system.agent("notification", settings(url));
  t.match((await ask(agent, "POST", "/execute", { body: letter })).body["result"], { at: "sent" });
  t.equal((await server.mail(1)).user, "robot");
  await agent.kill();
  const next = await system.agent(
    "notification",
    settings(server.url.replace("smtp://", "smtp://robot:wrong@")),
  );
  const refused = await ask(next, "POST", "/execute", { body: letter });
  t.match(refused.body["result"], { at: "failed", channels: [{ code: "5.7.8", attempts: 1 }] });
  t.notMatch(next.output() + JSON.stringify(refused.body), /wrong|s3cret/);
  t.match(
    (await ask(next, "GET", "/suppressions")).body,
    { items: { length: 0 } },
    "it says nothing about the recipient",
  );
});

await test("a certificate that nobody has signed is not believed, a server that is not there is waited for", async (t) => {
  const system = await TestSystem.start(t, [FAILED]);
  const server = await MailServer.start(t, { tls: true });
  const agent = await system.agent("notification", settings(server.url));
  t.match((await ask(agent, "POST", "/execute", { body: letter })).body["result"], {
    at: "failed",
    channels: [{ code: "5.7.5", attempts: 1 }],
  });
  t.equal(server.mails.length, 0);
  await agent.kill();
  const nobody = `smtp://127.0.0.1:${await freePort()}`;
  const next = await system.agent("notification", settings(nobody));
  const waiting = await ask(next, "POST", "/execute", { body: letter });
  t.match(waiting.body["result"], { at: "rendered", channels: [{ at: "pending", code: "4.4.1" }] });
  await system.until(FAILED, 2);
  t.match((await untilChannel(next, idOf(waiting), "email", "failed")).timeline.at(-1), {
    what: "channel-failed",
    attempt: 4,
    class: "transient",
  });
});
