const notes =
  /^(?:this|the following) (?:section|document|specification|chapter|appendix|example|table|clause|note)s?\b|\bnon-?normative\b|^(?:note|example|editor's note)\b ?[:.]?|^(?:for example|e\.g\.?|for instance|as an example)\b|\b(?:section|example|appendix|note)s? (?:is|are) informative\b/u;
const duty = /\b(?:must|shall|should|required|recommended|has to|have to|needs? to|cannot)\b/u;
const freedom =
  /\bas (?:they|it|he|she|you|one) (?:likes?|wish(?:es)?|wants?|sees? fit|pleases?|chooses?)\b|\b(?:at|to) (?:the|their|its|his|her) (?:own |sole )?(?:discretion|judg(?:e)?ment)\b|\bimplementation[- ](?:defined|dependent|specific)\b|\bout of scope\b|\b(?:left|up) to (?:the |each |every )?(?:implement(?:ation|e|o)rs?|implementations?|users?|senders?|producers?|consumers?|receivers?|applications?|developers?|author)\b|\bfree to\b/u;
const permission =
  /\b(?:may|optional|can|could|is allowed to|are allowed to|is permitted to|are permitted to)\b(?! (?:not|only)\b)/u;
const vague =
  /\b(user-?\s?friendly|easy|easily|easier|fast|faster|quick|quickly|intuitive|intuitively|robust|efficient|efficiently|appropriate|appropriately|reasonable|reasonably|nice|good|better|modern|flexible|flexibly|secure|securely|scalable|simple|simply|adequate|adequately|suitable|suitably|as soon as possible|timely|seamless|seamlessly|high[- ]performance|well[- ]designed|attractive|clean|clear|clearly|consistent|maintainable|reliable|reliably|responsive|state[- ]of[- ]the[- ]art|sufficient|sufficiently|sensible|meaningful|graceful|gracefully|minimal|optimal|as possible|where possible|if possible|careful|carefully|convenient|pleasant|smooth|smoothly|helpful|understandable|short|long|large|small|many|few)\b/u;
const past = /\b(?:yesterday|last (?:year|month|week|night)|ago)\b/u;
const definition =
  /^(?:an?|the|each)? ?(?:[a-z@\d-]+ ){1,5}?(?:is|are|means|refers? to|denotes?|describes?|defines?|identifies|represents?|specifies|explains?|provides?) (?:an?|the|any|how|what|data|information|used|to|that)\b/u;

/** A sentence that says nothing to test whatever numbers it holds: notes, examples, free choice. */
export function statesNothing(canon: string): string | null {
  if (notes.test(canon))
    return "This is a note, an example or a description of the text itself, not a rule for the product.";
  const free = freedom.exec(canon);
  if (free !== null)
    return `The sentence leaves the choice open ("${free[0]}"), so no behaviour could fail a test.`;
  if (past.test(canon) && !duty.test(canon))
    return "The sentence reports something of the past and states no rule.";
  return null;
}

/** Why a sentence without any constraint that can be read is not testable. */
export function whyUntestable(canon: string): string {
  const loose = vague.exec(canon)?.[1];
  if (loose !== undefined)
    return `"${loose}" has no measure: say a number, a set of values, a format or a condition that tells right from wrong.`;
  if (!duty.test(canon) && permission.test(canon))
    return "The sentence gives a permission: both doing it and leaving it undone conform, so no test could fail.";
  if (!duty.test(canon) && definition.test(canon))
    return "The sentence defines or describes something and states no rule about it.";
  if (duty.test(canon))
    return "The sentence states a duty, but no value, set, length, format, presence or condition that an input could be checked against.";
  return "The sentence states no rule: it holds no limit, set, length, format, presence or condition.";
}

/** Kept apart from "nothing to test": the sentence says something, but more than can be derived from it at once. */
export const choiceOnly =
  "The sentence lets a value meet one of several rules (or). Say each of them as a requirement of its own, and tests can be derived.";

/** "MAY limit the length to 64 characters". */
export const permissionOnly =
  "The sentence permits something without requiring it: both doing it and leaving it undone conform, so no test could fail.";
