import { test } from "tap";
import { smsSize, smsText } from "../../../../src/agents/notification/domain/sms.ts";

await test("each of the 127 characters of the default alphabet is one septet, each of the nine of the extension two", (t) => {
  const basic =
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e" +
    "\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./0123456789:;<=>?\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7" +
    "\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0";
  t.equal(new Set(basic).size, 127);
  t.strictSame(smsSize(basic), { encoding: "GSM-7", units: 127, segments: 1 });
  for (const character of "\f^{}\\[~]|\u20ac".slice(1)) {
    t.strictSame(smsSize(character), { encoding: "GSM-7", units: 2, segments: 1 }, character);
  }
  for (const other of ["\u00e7", "`", "\u00c8", "\u00b0", "\u2026", "\u2019", "\t"]) {
    t.strictSame(smsSize(other), { encoding: "UCS-2", units: 1, segments: 1 }, JSON.stringify(other));
  }
  t.end();
});

await test("a short message is the subject and the message, once where they say the same", (t) => {
  t.equal(smsText("P1", "VPN down, bridge 555-0100", 1).text, "P1: VPN down, bridge 555-0100");
  t.equal(smsText("P1 INC-42 VPN down", "P1 INC-42 VPN down, bridge 555-0100", 1).segments, 1);
  t.equal(smsText("VPN down", "VPN down\nBridge 555-0100", 1).text, "VPN down\nBridge 555-0100");
  t.equal(smsText("VPN d\u2026", "VPN down", 1).text, "VPN down", "a subject that is its beginning");
  t.match(
    smsText("1-Critical: a long one\u2026", "Ticket: 42", 1),
    { text: "1-Critical: a long one...: Ticket: 42", encoding: "GSM-7" },
    "a mark of ours does not move it to the larger alphabet",
  );
  t.match(
    smsText("P1", "Cafe\u0301\u00a0Paris:\tVPN down", 1),
    { text: "P1: Caf\u00e9 Paris: VPN down", encoding: "GSM-7" },
    "nor do accents in two characters, tabs, and blanks that do not break",
  );
  t.end();
});

await test("what does not fit is cut between two characters, marked, and stays in its alphabet", (t) => {
  const one = smsText("s", "a".repeat(400), 1);
  t.match(one, { encoding: "GSM-7", units: 160, segments: 1 });
  t.ok(one.text.endsWith("aaa..."));
  t.match(smsText("s", "a".repeat(400), 2), { units: 306, segments: 2 });
  t.match(smsText("s", "a".repeat(400), 3), { segments: 3, text: /a$/ });
  const wide = smsText("s", "\u{1F600}".repeat(60), 1);
  t.match(wide, { encoding: "UCS-2", segments: 1 });
  t.ok(wide.units <= 70 && wide.units >= 68, String(wide.units));
  t.notMatch(wide.text, /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/u, "no half of a pair");
  // What would have needed the larger alphabet is cut off: the rest does not.
  t.match(smsText("s", `${"a".repeat(400)}\u4f60`, 1), { encoding: "GSM-7", segments: 1 });
  t.end();
});
