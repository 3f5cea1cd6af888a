import { test } from "tap";
import type { OutgoingMessage } from "../../../src/agents/notification/application/ports.ts";
import { pushRequest } from "../../../src/agents/notification/infrastructure/channels/gateway-channel.ts";
import {
  escapeMrkdwn,
  slackMessage,
} from "../../../src/agents/notification/infrastructure/channels/slack-blocks.ts";
import { teamsCard } from "../../../src/agents/notification/infrastructure/channels/teams-card.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { ask, idOf, untilChannel } from "./ask.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const SENT = "agents.notification.sent.completed";
const FAILED = "agents.notification.delivery.failed";
const REQUESTED = "agents.notification.send.requested";

function message(more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    id: "0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60",
    recipient: "on-call",
    address: "on-call",
    subject: "1-Critical: Login <down>",
    body: "Ticket: 42\n\n[click](https://evil.example) *now* <!channel> & <@U1>",
    sms: { text: "s", encoding: "GSM-7", segments: 1 },
    category: "incident",
    priority: "high",
    correlationId: "c1",
    smsSegments: 1,
    wordedBy: "template",
    generatedBy: null,
    ...more,
  };
}

await test("Teams gets an Adaptive Card whose words are runs of plain text", (t) => {
  t.strictSame(teamsCard(message()), {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          fallbackText: "1-Critical: Login <down>",
          msteams: { width: "Full" },
          body: [
            run("1-Critical: Login <down>", { size: "Large", weight: "Bolder", color: "Attention" }),
            run("Ticket: 42"),
            run(" "),
            run("[click](https://evil.example) *now* <!channel> & <@U1>"),
            run("To on-call \u00b7 priority high \u00b7 0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60", {
              size: "Small",
              isSubtle: true,
            }),
          ],
        },
      },
    ],
  });
  t.notMatch(JSON.stringify(teamsCard(message({ priority: "normal" }))), /Attention/);
  const long = JSON.stringify(teamsCard(message({ body: "\u4f60\n".repeat(9000) })));
  t.ok(Buffer.byteLength(long) <= 28 * 1024, "no more than Teams takes");
  t.ok(Buffer.byteLength(long) > 26_000, "and not much less");
  t.match(long, /\u2026/);
  t.end();
});

function run(text: string, style: Record<string, unknown> = {}): unknown {
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text, ...style }] };
}

await test("Slack gets blocks in which nothing is a link, a mention or a command", (t) => {
  t.strictSame(slackMessage(message()), {
    text: "1-Critical: Login &lt;down&gt;",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "1-Critical: Login <down>", emoji: false } },
      {
        type: "section",
        text: {
          type: "mrkdwn",
          verbatim: true,
          text: "Ticket: 42\n\n[click](https://evil.example) *now* &lt;!channel&gt; &amp; &lt;@U1&gt;",
        },
      },
      {
        type: "context",
        elements: [
          {
            type: "plain_text",
            text: "To on-call \u00b7 priority high \u00b7 0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60",
            emoji: false,
          },
        ],
      },
    ],
  });
  t.equal(escapeMrkdwn("&lt;"), "&amp;lt;");
  type Blocks = readonly { readonly type: string; readonly text?: { readonly text: string } }[];
  const blocksOf = (body: string, subject = "s"): Blocks =>
    (slackMessage(message({ subject, body })) as { blocks: Blocks }).blocks;
  const blocks = blocksOf("&".repeat(20_000), "s".repeat(200));
  t.equal(blocks[0]?.text?.text.length, 150);
  const sections = blocks.filter((block) => block.type === "section").map((block) => block.text?.text ?? "");
  t.equal(sections.join(""), "&amp;".repeat(20_000));
  for (const section of sections) t.ok(section.length <= 3000 && /^(&amp;)+$/.test(section), "no cut escape");
  t.ok(blocksOf("<".repeat(60_000)).length <= 50);
  t.equal(blocksOf(" \n").length, 2, "no section of nothing, which Slack refuses");
  t.equal(blocksOf(`above${" ".repeat(7000)}below`).length, 4, "nor one between others");
  t.end();
});

await test("a push is the subject and the beginning of the message", (t) => {
  t.strictSame(pushRequest(message({ body: "b", address: "device-1" })), {
    id: "0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60",
    to: "device-1",
    title: "1-Critical: Login <down>",
    body: "b",
    priority: "high",
    data: { notificationId: "0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60", correlationId: "c1" },
  });
  const { body } = pushRequest(message({ body: "\u{1F600}".repeat(2000) })) as { body: string };
  t.equal(Array.from(body).length, 1000);
  t.ok(body.endsWith("\u{1F600}\u2026"));
  t.end();
});

await test("every channel that is set up gets its own shape, and one notification leaves by all of them", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const [teams, slack, sms, push] = await Promise.all([1, 2, 3, 4].map(() => WebhookReceiver.start(t)));
  if (teams === undefined || slack === undefined || sms === undefined || push === undefined) return;
  const agent = await system.agent("notification", {
    NOTIFICATION_TEAMS_URL: teams.url,
    NOTIFICATION_SLACK_URL: slack.url,
    NOTIFICATION_SMS_URL: sms.url,
    NOTIFICATION_SMS_TOKEN: "t0ken",
    NOTIFICATION_PUSH_URL: push.url,
  });
  const asked = ask(agent, "POST", "/execute", {
    body: {
      recipient: "+44 20 7946 0958",
      channels: ["teams", "slack", "sms", "push"],
      message: "P1 INC-42 VPN down, bridge 555-0100",
      priority: "high",
    },
  });
  (await teams.call(1)).answer(202);
  (await slack.call(1)).answer(200, {}, "ok");
  const text = await sms.call(1);
  text.answer(202, {}, JSON.stringify({ messageId: "gw-7" }));
  (await push.call(1)).answer(204);
  const answer = await asked;
  t.match(answer.body["result"], {
    at: "sent",
    channels: [{ at: "sent" }, { at: "sent" }, { at: "sent" }, { at: "sent" }],
    sms: { text: "P1 INC-42 VPN down, bridge 555-0100", encoding: "GSM-7", units: 35, segments: 1 },
  });
  t.match(teams.calls[0]?.body, { type: "message" });
  t.match(slack.calls[0]?.body, { blocks: [{ type: "header" }, {}, {}] });
  t.match(text.headers, { authorization: "Bearer t0ken" });
  t.match(text.body, {
    id: idOf(answer),
    to: "+442079460958",
    text: "P1 INC-42 VPN down, bridge 555-0100",
    encoding: "GSM-7",
    segments: 1,
  });
  t.match(push.calls[0]?.body, { to: "+442079460958", title: /^P1/ });
  t.equal(push.calls[0]?.headers.authorization, undefined);

  // The gateway knows its own id alone.
  const receipt = { channel: "sms", messageId: "gw-7", code: "2.1.5" };
  t.match(await ask(agent, "POST", "/receipts", { body: receipt }), {
    body: { result: { at: "delivered" } },
  });
  t.match(await ask(agent, "POST", "/receipts", { body: { ...receipt, messageId: "gw-8" } }), {
    status: 404,
  });
});

await test("what a gateway says itself counts where it does not contradict its status", async (t) => {
  const system = await TestSystem.start(t, [FAILED]);
  const gateway = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", { NOTIFICATION_SMS_URL: gateway.url });
  const send = (recipient: string) =>
    ask(agent, "POST", "/execute", { body: { recipient, channels: ["sms"], message: "m" } });
  const said: readonly (readonly [string, number, string, string])[] = [
    ["+442079460001", 422, '{"code":"5.1.1","detail":"nobody has this number"}', "5.1.1"],
    ["+442079460002", 422, '{"code":"2.0.0"}', "5.0.0"],
    ["+442079460003", 422, "not json", "5.0.0"],
    ["+442079460004", 404, "", "5.3.5"],
    ["+442079460005", 302, "", "5.0.0"],
    ["+442079460006", 200, '{"messageId":"g","code":"5.7.1","detail":"blocked"}', "5.7.1"],
  ];
  for (const [index, [recipient, status, text, code]] of said.entries()) {
    const asked = send(recipient);
    (await gateway.call(index + 1)).answer(status, { location: gateway.url }, text);
    t.match((await asked).body["result"], { at: "failed", channels: [{ code, attempts: 1 }] }, text);
  }
  t.equal(gateway.calls.length, said.length, "a redirect is not followed, a refusal not repeated");
  const { body } = await ask(agent, "GET", "/suppressions");
  t.match(body, {
    items: [{ address: "+442079460001", reason: "hard-bounce", note: "nobody has this number" }],
    next: null,
  });
  t.match(body["items"], { length: 1 }, "no HTTP status says anything about a number");
});

await test("a hook says in a word what it does not like, and nobody is suppressed for it", async (t) => {
  const system = await TestSystem.start(t, [FAILED]);
  const hook = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", { NOTIFICATION_SLACK_URL: hook.url });
  const asked = ask(agent, "POST", "/execute", {
    body: { recipient: "ada@example.com", channels: ["slack"], message: "m" },
  });
  (await hook.call(1)).answer(410, {}, "channel_is_archived");
  t.match((await asked).body["result"], { channels: [{ detail: "HTTP 410: channel_is_archived" }] });
  t.match((await ask(agent, "GET", "/suppressions")).body, { items: { length: 0 } });
});

await test("a channel that is not set up is a refusal for who asks, and a failure for who has published", async (t) => {
  const system = await TestSystem.start(t, [FAILED]);
  const agent = await system.agent("notification");
  const body = { recipient: "+442079460958", channels: ["sms"], message: "m" };
  t.match(await ask(agent, "POST", "/execute", { body }), {
    status: 422,
    body: { errors: [{ path: "channels[0]", message: /not set up, NOTIFICATION_SMS_URL is not set/ }] },
  });
  await system.publish(REQUESTED, body, crypto.randomUUID());
  const [failed] = await system.until(FAILED, 1);
  t.match(failed?.data.data.payload, {
    reason: /sms: 5\.3\.3 after 1 attempt .*NOTIFICATION_SMS_URL is not set/,
  });
  const group = { recipient: "on-call", channels: ["sms"], message: "m" };
  await system.publish(REQUESTED, group, crypto.randomUUID());
  t.match((await system.until(FAILED, 2))[1]?.data.data.payload, {
    reason: /5\.1\.3.*on-call has no E\.164 number/,
  });
});

await test("numbers that no country can have given out are refused", async (t) => {
  const system = await TestSystem.start(t, ["agents.deadletter.notification", REQUESTED]);
  const agent = await system.agent("notification");
  const send = (recipient: string) =>
    ask(agent, "POST", "/execute", { body: { recipient, channels: ["file"], message: "m" } });
  for (const [number, why] of [
    ["+999 123 4567", /no country has this code/],
    ["+210 123 4567", /no country has this code/],
    ["+123456789012345", /too long|length/],
    ["+4420794", /length/],
    ["+1 202 555 012", /length/],
    ["+44", /too short|no E\.164/],
    ["020 7946 0958", /no E\.164 number/],
    ["+44 (0)20 7946 0958", /not written as it is dialled/],
  ] as const) {
    const answer = await send(number);
    t.equal(answer.status, 422, number);
    t.match(answer.body["errors"], [{ path: "recipient", message: why }], number);
  }
  for (const number of [
    "+442079460958",
    "+1 202-555-0123",
    "+49 30 901820",
    "+390612345678",
    "+800 1234 5678",
  ]) {
    t.match(await send(number), { status: 200 }, number);
  }
  await system.publish(REQUESTED, { recipient: "+999 123 4567", message: "m" }, crypto.randomUUID());
  await system.until(REQUESTED, 6);
  t.match(system.seen.filter((event) => event.data.data.payload["recipient"] === "+999 123 4567").length, 1);
});

await test("what waits is taken back, or tried at once", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  const gateway = await WebhookReceiver.start(t);
  const agent = await system.agent("notification", {
    NOTIFICATION_SMS_URL: gateway.url,
    NOTIFICATION_RETRY: "first=1h,last=1h",
  });
  const body = { recipient: "+442079460958", channels: ["sms", "file"], message: "m" };
  const send = async (status: number): Promise<string> => {
    const asked = ask(agent, "POST", "/execute", { body });
    (await gateway.call(gateway.calls.length + 1)).answer(status);
    return idOf(await asked);
  };
  const id = await send(503);
  t.match(await untilChannel(agent, id, "sms", "pending"), { dueAt: /^20/ });
  const early = { channel: "sms", notificationId: id, code: "2.0.0" };
  t.match(await ask(agent, "POST", "/receipts", { body: early }), { status: 409 }, "it is not sent yet");
  const retried = ask(agent, "POST", `/notifications/${id}/retry`, { body: {} });
  (await gateway.call(2)).answer(200);
  t.match((await retried).body["result"], { at: "sent", channels: [{ at: "sent", attempts: 2 }, {}] });
  t.equal(gateway.calls[1]?.key, id);
  t.match(await ask(agent, "POST", `/notifications/${id}/retry`, { body: {} }), { status: 409 });
  t.match(await ask(agent, "POST", `/notifications/${id}/cancel`, { body: {} }), { status: 409 });

  const other = await send(503);
  const cancelled = await ask(agent, "POST", `/notifications/${other}/cancel`, {
    body: { reason: "a mistake" },
  });
  t.match(cancelled.body, {
    result: { at: "sent", channels: [{ at: "suppressed", suppressedBy: "cancelled" }, { at: "sent" }] },
    generatedBy: "sample",
    promptRef: /^\S+@\d/,
  });
  t.match(await ask(agent, "POST", `/notifications/${crypto.randomUUID()}/cancel`, { body: {} }), {
    status: 404,
  });
  t.equal(gateway.calls.length, 3);
});
