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

const WORDS: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  eighty: 80,
  hundred: 100,
  dozens: 24,
  hundreds: 200,
  thousands: 2000,
};
const PEOPLE =
  "people|persons?|users?|colleagues|employees|staff|co-?workers|workers|customers|clients|students|agents|members|seats|accounts";
const PLACE = "office|site|building|branch|warehouse|store|plant|factory|campus|company|school|hospital";
const GROUP = "team|department|group|floor|crew|class";
const NUMBER = String.raw`(?<![\d:.,/-])(?<number>\d{1,3}(?:,\d{3})+|\d{1,7}|${Object.keys(WORDS).join("|")})`;
/** Words that may stand between: "120 remote sales people". Not those that make the number one of something else. */
const BETWEEN = String.raw`(?:\s+(?!hours?|minutes?|mins?|days?|weeks?|months?|years?|times?|am|pm|percent|servers?|laptops?|printers?|licen[cs]es?|mails?|tickets?|files?)(?:of\s+)?[\p{L}-]+){0,2}?`;

const COUNTED = new RegExp(String.raw`\b${NUMBER}${BETWEEN}\s+(?:${PEOPLE})\b`, "giu");
/** "One of the 300 people", "12 out of our 300 users": the part is affected, not the whole. */
const PART = new RegExp(
  String.raw`\b(?:(?<one>one)|${NUMBER})\s+(?:out\s+)?of\s+(?:(?:the|our|all)\s+)?(?:\d{1,3}(?:,\d{3})+|\d{1,7})${BETWEEN}\s+(?:${PEOPLE})\b`,
  "giu",
);
const IN_BRACKETS = new RegExp(
  String.raw`\b(?:${PLACE}|${GROUP})\s*\(\s*(?:about |around |some |~|ca\.? )?(?<number>\d{1,3}(?:,\d{3})+|\d{1,7})\b`,
  "giu",
);
const TEAM_OF = new RegExp(String.raw`\b(?:${PLACE}|${GROUP})\s+of\s+(?<number>\d{1,7})\b`, "giu");
const WHOLE = new RegExp(
  String.raw`\b(?:nobody|no one|none of us|everyone|everybody|(?:all|none) of (?:us|the (?:${PEOPLE}))|all (?:the |our )?(?:${PEOPLE})|(?:the )?(?:whole|entire) (?:[\p{L}]+ )?(?:${PLACE}|${GROUP}|organi[sz]ation)|all (?:our )?(?:offices|sites|branches|stores)|(?:company|site|office|organi[sz]ation)-?\s?wide)\b`,
  "giu",
);
const ONLY_ME =
  /\b(?:only|just) (?:me|my|one user|one person|1 user|1 person|myself)\b|\bonly affects? me\b/giu;

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
  const groups = [...sentence.matchAll(WHOLE)].map((match) => ({
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
  const place = new RegExp(String.raw`\b(?:${PLACE})s?\b`, "iu");
  if (team.test(words)) return "team";
  if (place.test(words)) return "site";
  // "Nobody in my team", "everyone on the second floor": what follows says how far it goes.
  const [near = ""] = /^\s+(?:in|of|on|from|at)\b[^,.;!?()]{0,40}/iu.exec(after) ?? [];
  return team.test(near) && !place.test(near) ? "team" : "site";
}

function numberOf(text: string): number {
  return WORDS[text.toLowerCase()] ?? Number(text.replaceAll(",", ""));
}
