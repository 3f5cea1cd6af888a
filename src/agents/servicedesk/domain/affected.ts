/** Whom a sentence says to be affected. */
export type Affected = {
  /** How many; null when it says only which group. */
  readonly users: number | null;
  /** `site`: everybody at a place or in the company; `team`: a team or department; null when only a number is said. */
  readonly group: "site" | "team" | null;
  /** True when the number says how large the group is: "the Leeds office (120 people)". */
  readonly exact: boolean;
  readonly start: number;
  readonly end: number;
};

const ONES =
  "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
/** More than one of something that nobody has counted. */
const MANY: Readonly<Record<string, number>> = { dozens: 24, hundreds: 200, thousands: 2000 };
const SCALES: Readonly<Record<string, number>> = { dozen: 12, hundred: 100, thousand: 1000 };
const UNITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(ONES.map((word, at) => [word, at + 1])),
  ...Object.fromEntries(TENS.map((word, at) => [word, 10 * (at + 2)])),
};

const PEOPLE =
  "people|ppl|persons?|users?|colleagues|employees|staff|co-?workers|workers|customers|clients|students|pupils|patients|agents|members|seats|accounts|of us";
const PLACE = "office|site|building|branch|warehouse|store|plant|factory|campus|company|school|hospital";
const GROUP = "team|departments?|dept|group|floor|crew|class";
/** Departments that are called by their name alone: "nobody in sales". */
const DEPARTMENT =
  "sales|accounting|accounts|finance|marketing|hr|human resources|legal|logistics|purchasing|procurement|support|engineering|payroll|it|controlling|reception";
const DIGITS = String.raw`\d{1,3}(?:,\d{3})+|\d{1,3}k|\d{1,7}`;
/**
 * "Twelve", "two hundred", "a hundred and twenty", "twenty-five"; "one" alone may be anything. No number below a million has
 * more than ten words.
 */
const SPELLED = (() => {
  const part = [...Object.keys(UNITS), ...Object.keys(SCALES)].join("|");
  const start = [...Object.keys(UNITS).filter((word) => word !== "one"), ...Object.keys(SCALES)].join("|");
  const scale = Object.keys(SCALES).join("|");
  return String.raw`(?:${start}|one(?=[\s-]+(?:${scale})\b))\b(?:[\s-]+(?:and\s+)?(?:${part})\b){0,9}|${Object.keys(MANY).join("|")}`;
})();
const NUMBER = String.raw`(?<![\d:.,/-])(?<number>${DIGITS}|${SPELLED})`;
/** Words that may stand between: "120 remote sales people". Not those that make the number one of something else. */
const BETWEEN = String.raw`(?:\s+(?!hours?|minutes?|mins?|days?|weeks?|months?|years?|times?|am|pm|percent|servers?|laptops?|printers?|licen[cs]es?|mails?|tickets?|files?|errors?|for|from|by|to|with|in|on|at)(?:of\s+(?!us\b))?[\p{L}-]+){0,2}?`;

const COUNTED = new RegExp(String.raw`\b${NUMBER}${BETWEEN}\+?\s+(?:${PEOPLE})\b`, "giu");
/** "One of the 300 people", "12 out of our 300 users": the part is affected, not the whole. */
const PART = new RegExp(
  String.raw`\b(?:(?<one>one)|${NUMBER})\s+(?:out\s+)?of\s+(?:(?:the|our|all)\s+)?(?:${DIGITS})${BETWEEN}\s+(?:${PEOPLE})\b`,
  "giu",
);
const IN_BRACKETS = new RegExp(
  String.raw`\b(?:${PLACE}|${GROUP})\s*\(\s*(?:about |around |some |~|ca\.? )?(?<number>${DIGITS})\b`,
  "giu",
);
const TEAM_OF = new RegExp(
  String.raw`\b(?:${PLACE}|${GROUP})\s+of\s+(?<number>${DIGITS}|${SPELLED})\b`,
  "giu",
);
const NOBODY = "nobody|no[ -]?one|none of us";
const EVERYBODY = String.raw`every ?one|everybody|all of us|all (?:the |our )?(?:${PEOPLE})`;
const WHOLE = new RegExp(
  String.raw`\b(?:${NOBODY}|${EVERYBODY}|(?:all|none) of the (?:${PEOPLE})|(?:the )?(?:whole|entire|complete) (?:[\p{L}]+ )?(?:${PLACE}|${GROUP}|organi[sz]ation)|(?:half|most) (?:of )?(?:the|our|my) (?:[\p{L}]+ )?(?:${PLACE}|${GROUP}|organi[sz]ation)|(?:half|most) (?:of )?(?:the |our |my )?(?:${PEOPLE})|(?:many|several|multiple|lots of|a lot of) (?:of (?:the|our) )?(?:${PEOPLE})|for (?:the|our|my) (?:[\p{L}]+ ){0,2}?(?:team|department|dept)|all (?:our )?(?:offices|sites|branches|stores)|(?:company|site|office|organi[sz]ation)-?\s?wide)\b`,
  "giu",
);
/** "None of us" are those who sit around the one that writes; "several users" may be five. */
const FEW = /^(?:many|several|multiple|lots|a lot)\b|\bof us$/iu;
/** Nobody, or everybody, and yet no trouble: "nobody is affected", "all users can work", "everyone else is fine". */
const UNHARMED = new RegExp(
  String.raw`^(?:(?:${NOBODY})\b(?:\s+(?:is|are|was|were|has|have|been|seems?|to|be|else|here|currently|really|actually|directly|yet)\b)*\s+(?:affected|impacted|hurt|injured|harmed|hindered|blocked|waiting|noticed|noticing|complain(?:ed|s|ing)?)\b` +
    String.raw`|(?:${EVERYBODY})\b(?:\s+else)?(?:\s+(?:in|on|at|of)(?:\s+[\p{L}]+){1,3}?)?\s+(?:can\s+(?:(?:still|now|again)\s+)?(?:log|sign|work|access|connect|use|reach|print|open|get|send|receive|continue)\b|(?:is|are)\s+(?:fine|ok|okay|happy|up)\b|(?:has|have)\s+(?:no|not)\s+(?:problems?|issues?|trouble)\b)` +
    String.raw`|(?:every ?one|everybody) else\b(?!.{0,40}\b(?:can ?not|can'?t|unable|down)\b))`,
  "iu",
);
const ONLY_ME =
  /\b(?:only|just) (?:me|my|one user|one person|1 user|1 person|myself)\b|\bonly affects? me\b|\b(?:except(?: for)?|apart from) me\b/giu;

/** Everything that a sentence says about who is affected; places are those in the sentence. */
export function findAffected(sentence: string): readonly Affected[] {
  const parts = [...sentence.matchAll(PART)].map((match) => ({
    users: numberOf(match.groups?.["number"] ?? "1"),
    group: null,
    exact: true,
    start: match.index,
    end: match.index + match[0].length,
  }));
  const isOfPart = ({ index }: { readonly index: number }): boolean =>
    parts.some(({ start, end }) => index >= start && index < end);
  const counted = [COUNTED, IN_BRACKETS, TEAM_OF].flatMap((pattern) =>
    [...sentence.matchAll(pattern)]
      .filter((match) => !isOfPart(match))
      .map((match) => ({
        users: numberOf(match.groups?.["number"] ?? ""),
        group: null,
        exact: pattern !== COUNTED || sentence.slice(0, match.index).trimEnd().endsWith("("),
        start: match.index,
        end: match.index + match[0].length,
      })),
  );
  const concerned = [...sentence.matchAll(WHOLE)].filter(
    ({ index }) => !UNHARMED.test(sentence.slice(index)),
  );
  const groups = concerned.map((match) => ({
    users: null,
    group: groupOf(match[0], sentence.slice(match.index + match[0].length)),
    exact: false,
    start: match.index,
    end: match.index + match[0].length,
  }));
  const alone = [...sentence.matchAll(ONLY_ME)].map((match) => ({
    users: 1,
    group: null,
    exact: true,
    start: match.index,
    end: match.index + match[0].length,
  }));
  return [...parts, ...counted, ...groups, ...alone];
}

function groupOf(words: string, after: string): "site" | "team" {
  const team = new RegExp(String.raw`\b(?:${GROUP})\b`, "iu");
  const department = new RegExp(
    String.raw`^\s+(?:in|of|from|at)\s+(?:the\s+|our\s+)?(?:${DEPARTMENT})\b`,
    "iu",
  );
  const place = new RegExp(String.raw`\b(?:${PLACE})s?\b`, "iu");
  if (team.test(words)) return "team";
  if (place.test(words)) return "site";
  // "Nobody in my team", "everyone on the second floor": what follows says how far it goes.
  const [near = ""] = /^\s+(?:in|of|on|from|at)\b[^,.;!?()]{0,40}/iu.exec(after) ?? [];
  if (place.test(near)) return "site";
  return team.test(near) || department.test(after) || FEW.test(words) ? "team" : "site";
}

function numberOf(text: string): number {
  const digits = Number(text.replaceAll(",", "").replace(/k$/iu, "000"));
  if (!Number.isNaN(digits)) return digits;
  let [sum, current] = [0, 0];
  for (const word of text.toLowerCase().split(/[\s-]+/u)) {
    const scale = SCALES[word];
    if (scale === undefined) current += MANY[word] ?? UNITS[word] ?? 0;
    else if (scale < 1000) current = Math.max(1, current) * scale;
    else [sum, current] = [sum + Math.max(1, current) * scale, 0];
  }
  return sum + current;
}
