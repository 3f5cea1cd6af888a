import { test } from "tap";
import { parseDeliveryReport } from "../../../../src/agents/notification/domain/dsn.ts";
import { enhancedCodeForSmtp } from "../../../../src/agents/notification/domain/smtp-reply.ts";

await test("a refusal of an SMTP server is read as its enhanced code, else as the nearest", (t) => {
  const known: readonly (readonly [number | null, string, string | null, string])[] = [
    [550, "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown", "RCPT TO", "5.1.1"],
    [
      550,
      "550-5.7.1 Our system has detected that this message is\n550 5.7.1 likely unsolicited",
      "DATA",
      "5.7.1",
    ],
    [452, "452 4.2.2 Mailbox full", "RCPT TO", "4.2.2"],
    [450, "450 4.7.1 Greylisted, try again in 300 seconds", "RCPT TO", "4.7.1"],
    // Its own code counts only where its class is that of the reply.
    [450, "450 5.1.1 contradicts itself", "RCPT TO", "4.2.0"],
    [550, "550 2.1.5 contradicts itself", "DATA", "5.7.1"],
    [550, "550 No such user", "RCPT TO", "5.1.1"],
    // These are about who sends, whatever they answer to: nobody's address is bad for it.
    [
      550,
      "550 Service unavailable; client host [192.0.2.1] blocked using zen.spamhaus.org",
      "RCPT TO",
      "5.7.1",
    ],
    [550, "550 Relaying denied", "RCPT TO", "5.7.1"],
    [550, "550 Rejected by local policy", "RCPT TO", "5.7.1"],
    [553, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "RCPT TO", "5.7.1"],
    [550, "550 We do not like this", "DATA", "5.7.1"],
    [550, "550 We do not like you", null, "5.7.1"],
    [421, "421 Service not available", "CONN", "4.3.2"],
    [450, "450 Mailbox busy", "RCPT TO", "4.2.0"],
    [451, "451 Local error", "DATA", "4.3.0"],
    [452, "452 Insufficient system storage", "DATA", "4.3.1"],
    [552, "552 Exceeded storage allocation", "DATA", "5.2.2"],
    [553, "553 Mailbox name not allowed", "RCPT TO", "5.1.3"],
    [554, "554 Transaction failed", "DATA", "5.0.0"],
    [535, "535 Authentication credentials invalid", "AUTH PLAIN", "5.7.8"],
    [556, "556 Domain does not accept mail", "RCPT TO", "5.1.10"],
    [499, "499 never heard of", "DATA", "4.0.0"],
    [500, "500 What?", "EHLO", "5.0.0"],
    [599, "599 never heard of", "DATA", "5.0.0"],
    [null, "", null, "4.4.1"],
  ];
  for (const [replyCode, text, command, code] of known) {
    t.equal(enhancedCodeForSmtp({ replyCode, text, command }), code, text);
  }
  t.end();
});

const REPORT = [
  "Reporting-MTA: dns; mx.example.org",
  "Original-Envelope-Id: 0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60",
  "",
  "Original-Recipient: rfc822;nobody@example.org",
  "Final-Recipient: rfc822; nobody@example.org",
  "Action: Failed",
  "Status: 5.1.1 (bad destination mailbox address)",
  "Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.org>:",
  "  User unknown",
  "",
].join("\r\n");

await test("a report about mail that came back is read as RFC 3464 has it", (t) => {
  t.strictSame(parseDeliveryReport(REPORT), {
    envelopeId: "0b9f8a1c-6d1e-4f0a-9c7b-2f4f1d3e5a60",
    action: "failed",
    status: "5.1.1",
    detail: "550 5.1.1 <nobody@example.org>: User unknown",
  });
  t.strictSame(parseDeliveryReport("Reporting-MTA: dns; x\n\nAction: delayed\nStatus: 4.4.1\n"), {
    envelopeId: null,
    action: "delayed",
    status: "4.4.1",
    detail: null,
  });
  t.equal(parseDeliveryReport("Action: failed\nStatus: 5.1.1\n  \nAction: failed\nStatus: 5.1.1"), undefined);
  for (const wrong of [
    "",
    "Hello",
    "Action: failed",
    "Action: exploded\nStatus: 5.1.1",
    "Action: failed\nStatus: none",
    "Action: failed\nStatus: 5.1.1\n\nAction: failed\nStatus: 5.1.1",
  ]) {
    t.equal(parseDeliveryReport(wrong), undefined, JSON.stringify(wrong));
  }
  t.end();
});
