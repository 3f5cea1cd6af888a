import t from "tap";
import { inventedFacts } from "../../../src/agents/kit/domain/invented-facts.ts";

const GIVEN =
  "VPN down since 09:00 for 120 people. Bridge: https://meet.example.com/b42, ask ops@example.com or +44 20 7946 0958. " +
  "Two offices, 30 minutes. anna knows. It costs $15 (10%) on 2026-11-26.";

void t.test("a text that only says what was given invents nothing", (t) => {
  for (const text of [
    "The VPN has been down since 09:00.",
    "120 people wait; join https://meet.example.com/b42.",
    "Write to OPS@example.com, please.",
    "Two offices are affected.",
    "2 offices are affected.",
    "One thing to look at.",
    "Please look at this: The offices have no VPN.",
    "Ask Anna, the Bridge is open. I'm sure that it is OK.",
    'She says: "Anna\'s VPNs are down." Everybody waits.',
    "Call +44 20 7946 0958, or 20-7946-0958, and/or wait for 30 minutes.",
    "It costs $15, which is 15 more, on 2026-11-26.",
    "",
  ]) {
    t.strictSame(inventedFacts(text, GIVEN), [], text);
  }
  t.strictSame(inventedFacts("Twelve of them wait, three do not.", "3 of 12"), []);
  t.strictSame(inventedFacts("VPN упал, Анна знает.", `${GIVEN} Анна пишет: упал VPN.`), []);
  t.strictSame(inventedFacts("Please tell 田中 now.", "担当は田中です"), []);
  t.end();
});

const INVENTED: readonly (readonly [what: string, text: string, found: string])[] = [
  ["a time", "Down since 09:30.", "09:30"],
  ["a number", "It affects 12 people.", "12"],
  ["a number with another sign", "-120 people", "-120"],
  ["a number with another unit", "120k people", "120k"],
  ["a share", "120% are down", "120%"],
  ["a sum", "It costs $120.", "$120"],
  ["a sum in another currency", "It costs €15.", "€15"],
  ["half of the day", "Down since 09:00 pm.", "09:00 pm"],
  ["what a number is of", "Wait 30 days.", "day"],
  ["a number in words", "Three offices are affected.", "three"],
  ["a number in words that stands only within another", "Nine offices, since 09:00.", "nine"],
  ["a larger number", "About 120 million people wait.", "million"],
  ["a number in another language", "Please call zwölf.", "zwölf"],
  ["a compound of them", "There are zweiundvierzig people.", "zweiundvierzig"],
  ["a full-width digit", "We have \uff13.", "3"],
  ["an Arabic digit", "We have \u0663.", "\u0663"],
  ["a digit in a circle", "We have \u2778.", "\u2778"],
  ["a Roman one", "We have \u216b.", "xii"],
  ["a number as a picture", "We have \u{1F51F}.", "\u{1F51F}"],
  ["digits put together", "Call 120 120 120 now.", "120 120 120"],
  ["a date put together", "It ends on 30/09/2026.", "30/09/2026"],
  ["a date put together with dashes", "It ends on 30-11.", "30-11"],
  ["a day", "It will be up on Monday.", "monday"],
  ["a day in small letters", "It will be up tomorrow.", "tomorrow"],
  ["a link", "Join https://evil.example.com/b42 now.", "https://evil.example.com/b42"],
  ["a link in other capitals", "Join https://meet.example.com/B42 now.", "https://meet.example.com/B42"],
  ["a part of a link", "Join https://meet.example.com now.", "https://meet.example.com"],
  ["a host", "See evil.example.com/x.", "evil.example.com/x"],
  ["a host in look-alike letters", "Join \u0435xample.com/b42.", "\u0435xample.com/b42"],
  ["a host in another script", "See пример.рф for more.", "пример.рф"],
  ["a host with another full stop", "See evil\u3002com now.", "evil.com"],
  ["a host that is spelled out", "See example dot com.", "dot"],
  ["a link without slashes", "Write to mailto:boss now.", "mailto:boss"],
  ["a path", "See /wiki/reset now.", "/wiki/reset"],
  ["a share of Windows", String.raw`See \\files\reset now.`, String.raw`\\files\reset`],
  ["an address", "Write to boss@example.com.", "boss@example.com"],
  ["a handle", "Ask @alice.", "@alice"],
  ["a name", "Please ask Bob.", "bob"],
  ["a name at the beginning", "Bob is waiting for you.", "bob"],
  ["a name behind a colon", "Please look at this: Eve has the key.", "eve"],
  ["a name that could begin a question", "Will is waiting.", "will"],
  ["a name with accents", "The VPN in Zürich is down.", "zürich"],
  ["a name behind a title", "Dr. Müller waits for the VPN.", "müller"],
  ["a second name", "Anna Smith knows more.", "smith"],
  ["a name of one letter", "This is level C now.", "c"],
  ["a name with its capital inside", "See the iPhone.", "iphone"],
  ["a name in a script without capitals", "Please ask 田中 now.", "田中"],
  ["a name in a script that was not given", "Please ask иван now.", "иван"],
  ["a name with one look-alike letter", "Ask \u0430nna.", "\u0430nna"],
  ["a text that is turned around", "Two offices \u202eare affected.", "U+202E"],
  ["a blank that nobody sees", "Two of\u200bfices are affected.", "U+200B"],
  ["a letter that nobody sees", "Two \u3164 offices are affected.", "U+1160"],
  ["a control character", "Two \u001b[1m offices are affected.", "U+001B"],
];

void t.test("each fact that was not given is found", (t) => {
  for (const [what, text, found] of INVENTED) {
    t.ok(inventedFacts(text, GIVEN).includes(found), `${what}: ${inventedFacts(text, GIVEN).join(", ")}`);
    t.strictSame(
      inventedFacts(text, `${GIVEN} ${text}`).filter((fact) => !fact.startsWith("U+")),
      [],
      `${what}, given`,
    );
  }
  t.end();
});
