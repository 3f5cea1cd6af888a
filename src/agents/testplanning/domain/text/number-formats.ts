/** A sentence whose numbers are written as English writes them. */
export interface PlainNumbers {
  readonly text: string;
  /** How numbers were read that mean something else in English. */
  readonly assumptions: readonly string[];
  /** Why a number cannot be read: it may mean two things, or none that is followed here. Null where all can. */
  readonly unread: string | null;
}

const quotation = /"[^"\n]{1,200}"|`[^`\n]{1,200}`|(?<![\p{L}\d])'[^'\n]{1,200}?'(?!\p{L})/gu;
const number = /(?<![\p{L}\d.,'’/])\d[\d.,'’]*(?:[ \u00a0\u2009\u202f]\d{3}(?!\d)(?:,\d+)?)*/gu;

type Shape = "spaced" | "lakhs" | "continental" | "english" | "either" | "grouped";

/** How a number is written: the first that fits. */
const shapes: readonly (readonly [Shape, RegExp])[] = [
  // 1 000,50 · 1'000.50
  ["spaced", /^\d{1,3}(?:['’ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?$/u],
  // 12,34,567
  ["lakhs", /^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?$/u],
  // 1.000,50 · 1.000.000 · 18,5 · 0,125
  ["continental", /^(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2}|\d+,(?:\d{1,2}|\d{4,})|0,\d+)$/u],
  // 1,000.50 · 1,000,000 · 18.5 · 0.125
  ["english", /^(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d+\.(?:\d{1,2}|\d{4,})|0\.\d+)$/u],
  // 1.250: a thousand and some where the comma is decimal, one and a quarter where the point is.
  ["either", /^[1-9]\d{0,2}\.\d{3}$/u],
  // 1,250
  ["grouped", /^[1-9]\d{0,2},\d{3}$/u],
];

const money = String.raw`(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF|JPY|INR|euros?|dollars?|pounds?|francs?)\b)`;
const paidBefore = new RegExp(`${money}\\s?$`, "u");
const paidAfter = new RegExp(`^\\s?${money}`, "u");

interface Written {
  readonly text: string;
  readonly at: number;
  readonly shape: Shape | null;
}

/**
 * Reads the numbers of other conventions: 1.000,50 and 18,5 as in German, 1 000,50 as in French, 1'000 as in Swiss,
 * 12,34,567 as in Indian texts. What stands in quotes is left as it is.
 */
export function plainNumbers(sentence: string): PlainNumbers {
  const unread = whyNoNumber(sentence);
  const found = numbersOf(sentence);
  if (unread !== null) return { text: sentence, assumptions: [], unread };
  const continental = found.some(({ shape }) => shape === "continental");
  const english = found.some(({ shape }) => shape === "english");
  if (continental && english)
    return {
      text: sentence,
      assumptions: [],
      unread: "The sentence divides decimals by a comma and by a point.",
    };
  // Beside 0.001 nobody takes 1.000 for a thousand.
  const open = continental || english ? [] : found;
  const doubtful = open.find((each) => each.shape === "either" && isDoubtful(sentence, each));
  if (doubtful !== undefined) {
    const [whole = "", part = ""] = doubtful.text.split(".");
    const reason = `${doubtful.text} may be ${whole}${part} or ${Number(doubtful.text)}: write it without the point.`;
    return { text: sentence, assumptions: [], unread: reason };
  }
  const assumptions: string[] = [];
  let [text, from] = ["", 0];
  for (const each of found) {
    const plain = plainOf(each, continental);
    if (plain !== each.text && each.shape !== "spaced") assumptions.push(`${each.text} is read as ${plain}.`);
    text += sentence.slice(from, each.at) + plain;
    from = each.at + each.text.length;
  }
  return { text: text + sentence.slice(from), assumptions, unread: null };
}

function numbersOf(sentence: string): Written[] {
  // As long as before, so that places stay what they are.
  const bare = sentence.replaceAll(quotation, (text) => " ".repeat(text.length));
  return [...bare.matchAll(number)].map((match) => {
    const text = match[0].replace(/[.,'’]+$/u, "");
    const at = match.index;
    // [18,65] and (0,1] are intervals.
    const inBrackets = /[[(]$/u.test(bare.slice(0, at)) && /^\s?[\])]/u.test(bare.slice(at + text.length));
    const [shape = null] = inBrackets ? [] : (shapes.find(([, pattern]) => pattern.test(text)) ?? []);
    return { text, at, shape };
  });
}

/** 1.250 mm is a decimal; 1.000 and 1.250 EUR are more likely none. */
function isDoubtful(sentence: string, { text, at }: Written): boolean {
  return (
    text.endsWith("000") ||
    paidBefore.test(sentence.slice(0, at)) ||
    paidAfter.test(sentence.slice(at + text.length))
  );
}

function plainOf({ text, shape }: Written, continental: boolean): string {
  if (shape === "spaced") return text.replaceAll(/['’ \u00a0\u2009\u202f]/gu, "").replace(",", ".");
  if (shape === "lakhs") return text.replaceAll(",", "");
  return continental && shape !== null ? text.replaceAll(".", "").replace(",", ".") : text;
}

function whyNoNumber(sentence: string): string | null {
  const bare = sentence.replaceAll(quotation, " ");
  if (/(?<![\d/])\d{1,2}\/\d{1,2}\/\d{2,4}(?![\d/])/u.test(bare))
    return "Whether the day or the month comes first is not said: write dates as 2026-03-31.";
  if (/(?<![\p{L}\d/.])\d+\s?\/\s?\d+(?![\p{L}\d/])/u.test(bare.replaceAll("24/7", "")))
    return "A fraction is not read: write it as a decimal number.";
  return null;
}
