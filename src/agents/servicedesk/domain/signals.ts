import { findAffected } from "./affected.ts";
import type { Affected } from "./affected.ts";
import type { Category, Level, Policy } from "./policy.ts";
import { sentencesOf } from "./sentences.ts";
import type { Sentence } from "./sentences.ts";

/** What somebody wrote. */
export type TicketText = {
  readonly title: string;
  readonly body: string;
  /** As the requester's form says; null when it does not. */
  readonly affectedUsers: number | null;
};

/** What the words of a ticket say by themselves, without a model. */
export type Signals = {
  readonly impact: Level;
  readonly urgency: Level;
  readonly category: Category;
  /** How many people are affected; null when nobody says. */
  readonly affectedUsers: number | null;
  /** Pieces of the ticket, word for word, that the above rests on. */
  readonly evidence: readonly string[];
  /** True where the ticket says it, so that nobody may say less. */
  readonly said: { readonly impact: boolean; readonly urgency: boolean };
};

/** A finding with the words that it rests on. */
type Found<What> = { readonly what: What; readonly quote: string };

const DO =
  "log ?(?:in|on|into)|sign ?(?:in|on|into)|authenticate|work|access|connect|reach|use|pay|take (?:orders|payments|calls)|process|ship|call|make calls|get in(?:to)?|do anything|(?:send|receive|get) (?:any )?(?:e-?)?mails?";
const CANNOT =
  "can ?not|can'?t|could ?not|couldn'?t|are unable to|is unable to|am unable to|unable to|not able to|no way to|impossible to";
/** A headline without a verb, "ERP down since 9"; not what people do: slow down, shut down, not offline. */
const HEADLINE = new RegExp(
  String.raw`^\s*(?!(?:is|are|was|were|will|would|if|when|how|why|what|please|can|could|should|do|does)\b)[\p{L}\p{N}/&'-]+(?:\s+[\p{L}\p{N}/&'-]+){0,3}?` +
    String.raw`(?<!\b(?:slow\w*|shut\w*|writ\w+|wrote|scroll\w*|cool\w*|turn\w*|step\w*|br[eo]ak\w*|broke|go|goes|going|press\w*|h[eo]ld|pull\w*|drop\w*|page|arrow|not|be|track\w*|close\w*|power\w*|taken?|look\w*|log\w*|work\w*|stay\w*))` +
    String.raw`\s+(?:down|offline|unreachable|unavailable)(?=\s*(?:$|[,:]|(?:since|for|in|at|again|completely)\b))`,
  "iu",
);
const STOPPED: readonly RegExp[] = [
  HEADLINE,
  new RegExp(
    String.raw`\b(?:nobody|no[ -]?one|none of (?:us|the|our|my))\b.{0,80}?\b(?:can|could|is able to|are able to)\b(?:\s+[\p{L}'-]+){0,4}`,
    "iu",
  ),
  new RegExp(String.raw`\b(?:${CANNOT})\s+(?:even\s+|currently\s+)?(?:${DO})\b`, "iu"),
  new RegExp(String.raw`\b(?:customers|clients|patients|guests) (?:${CANNOT})\b`, "iu"),
  /\b(?:is|are|went|gone|goes|been|completely|all)\s+(?:completely |all |totally |currently |still )?(?:down|offline|unreachable|unavailable)\b/iu,
  /\b(?:line|production|plant|conveyor|server|service|system)s? stopped\b/iu,
  /\b(?:no (?:internet|network|wi-?fi|connection|power|electricity|dial tone)|power (?:cut|failure)|(?:is|are|been) (?:completely |totally )?cut off|lost (?:network|internet|connection|power|wi-?fi)|still (?:down|offline))\b/iu,
  /\b(?:outage|stopped working|has stopped|have stopped|stands still|at a standstill|data loss|lost all (?:our |the )?data)\b/iu,
];
const DEVICE = String.raw`(?:laptop|phone|device|tablet|badge|token|key ?card|usb stick)s?`;
const THREAT = new RegExp(
  String.raw`\b(?:ransomware|ransom note|files\b.{0,30}\b(?:are|were|got|been) encrypted|(?:sent|e-?mailed|mailed|forwarded)\b.{0,60}\bto the wrong (?:recipients?|persons?|customers?|company|e-?mail address(?:es)?)|malware|virus|(?:data |security )?breach(?:ed)?|hacked|compromised|leaked|stolen (?:laptop|phone|device|password|credentials)|phishing|unauthori[sz]ed access|${DEVICE} (?:was|were|is|are|has been|have been|got) (?:stolen|lost)|lost (?:my|our|a|the|his|her) (?:\p{L}+ )?${DEVICE})\b`,
  "iu",
);
/** What is a danger to people or machines, whoever reports it. */
const DANGER =
  /\b(?:smoke(?! tests?\b)|on fire|smells? (?:of )?(?:burn\w*|gas)|burning smell|flood(?:ed|ing)\b(?! (?:with|of|by|the|my|our)\b)|water (?:leaks?|(?:is |keeps )?(?:leaking|dripping|pouring|coming (?:in|through)))|gas leaks?|electric shocks?)\b/iu;
const DEGRADED = new RegExp(
  String.raw`\b(?:slow(?:ly|er)?(?!\s+down)|drops|dropp(?:ed|ing)|unstable|times? out|timeouts?|hangs|lag(?:s|gy)|sluggish|intermittent(?:ly)?|sometimes|from time to time|keeps? (?:\w+ing)|disconnect(?:s|ed|ing)?|errors?|crash(?:es|ed|ing)?|freez(?:es|ing)|${CANNOT}|no (?:sound|audio|picture|signal|access)|do(?:es)?(?:n'?t| not) (?:work|start|open|respond|print|load|turn on|switch on|boot|connect|sync|charge|send|receive|save|come up)|won'?t|blue screen|bsod|flickers?|jam(?:s|med)|stuck|unresponsive|dead|(?:error|returns|status|http) 5\d\d|not working|broken|locked(?: out)?|fail(?:s|ed|ing|ure)?|expired?|forgot(?:ten)?|missing)\b`,
  "iu",
);
const WORDS_OF: readonly (readonly [Category, RegExp])[] = [
  ["security", THREAT],
  [
    "access",
    /\b(?:log ?(?:in|on|into)|logins?|sign ?(?:in|on|into)|passwords?|accounts?|locked out|permissions?|access (?:to|denied|rights)|mfa|2fa|sso|authenticat\w+)\b/iu,
  ],
  ["email", /\b(?:e-?mails?|mailbox(?:es)?|outlook|calendars?|inbox)\b/iu],
  ["network", /\b(?:vpn|wi-?fi|wlan|network|internet|dns|lan|proxy|firewall|connection)\b/iu],
  [
    "hardware",
    /\b(?:laptops?|printers?|prints?|printing|monitors?|screens?|keyboards?|mouse|mice|docking|headsets?|phones?|batter(?:y|ies)|cables?|toner)\b/iu,
  ],
  [
    "software",
    /\b(?:software|applications?|apps?|install(?:ation|ed|ing)?|updates?|licen[cs]es?|excel|word|teams|browser|program|erp|crm|database|website|web ?shop|server)\b/iu,
  ],
];

/** Reads the obvious: numbers of people, words for an outage. The same in every mode, and the floor of what a model says. */
export function readSignals(text: TicketText, policy: Policy): Signals {
  const sentences = sentencesOf(text);
  const affected = sentences.flatMap((sentence) =>
    findAffected(sentence.plain).map((each) => ({ ...each, quote: quoteOf(sentence, each) })),
  );
  const urgency = urgencyOf(sentences);
  const impact = impactOf(text, policy, affected, urgency?.what === "high" ? sentences : []);
  const category = categoryOf(sentences);
  const alarms = sentences.flatMap((sentence) => [...first(sentence, THREAT), ...first(sentence, DANGER)]);
  const level = impact?.what ?? "low";
  return {
    impact: alarms.length > 0 && level === "low" ? "medium" : level,
    urgency: alarms.length > 0 ? "high" : (urgency?.what ?? "low"),
    category: category?.what ?? "other",
    affectedUsers: text.affectedUsers ?? mostUsers(affected),
    evidence: [...new Set([impact, urgency, category, ...alarms].flatMap((found) => found?.quote || []))],
    said: {
      impact: impact !== null || alarms.length > 0,
      urgency: urgency !== null || alarms.length > 0,
    },
  };
}

function urgencyOf(sentences: readonly Sentence[]): Found<Level> | null {
  for (const sentence of sentences) {
    for (const pattern of STOPPED) {
      const [found] = first(sentence, pattern);
      if (found !== undefined) return { what: "high", quote: found.quote };
    }
  }
  for (const sentence of sentences) {
    const [found] = first(sentence, DEGRADED);
    if (found !== undefined) return { what: "medium", quote: found.quote };
  }
  return null;
}

type Counted = Affected & { readonly quote: string };

/** A figure of the form is taken as it is; else the largest that the text says, and a group where it is larger. */
function impactOf(
  { affectedUsers }: TicketText,
  policy: Policy,
  affected: readonly Counted[],
  outage: readonly Sentence[],
): Found<Level> | null {
  for (const sentence of outage) {
    for (const service of policy.criticalServices) {
      const at = sentence.plain.toLowerCase().indexOf(service.toLowerCase());
      if (at !== -1) return { what: "high", quote: sentence.original.slice(at, at + service.length) };
    }
  }
  const levelOf = (users: number): Level =>
    users >= policy.affectedUsers.high ? "high" : users >= policy.affectedUsers.medium ? "medium" : "low";
  if (affectedUsers !== null) return { what: levelOf(affectedUsers), quote: "" };
  const exact = affected.some((each) => each.exact);
  const found = affected
    .filter((each) => each.users !== null || !exact)
    .map(
      ({ users, group, quote }) =>
        ({
          what: users === null ? (group === "site" ? "high" : "medium") : levelOf(users),
          quote,
        }) satisfies Found<Level>,
    );
  return (
    found.find(({ what }) => what === "high") ??
    found.find(({ what }) => what === "medium") ??
    found[0] ??
    null
  );
}

function categoryOf(sentences: readonly Sentence[]): Found<Category> | null {
  for (const [category, pattern] of WORDS_OF) {
    for (const sentence of sentences) {
      const [found] = first(sentence, pattern);
      if (found !== undefined) return { what: category, quote: found.quote };
    }
  }
  return null;
}

function mostUsers(affected: readonly Affected[]): number | null {
  const numbers = affected.flatMap(({ users }) => users ?? []);
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function first(sentence: Sentence, pattern: RegExp): readonly { readonly quote: string }[] {
  const match = pattern.exec(sentence.plain);
  if (match === null) return [];
  return [{ quote: quoteOf(sentence, { start: match.index, end: match.index + match[0].length }) }];
}

function quoteOf({ original }: Sentence, { start, end }: { start: number; end: number }): string {
  return original.slice(start, end).trim();
}
