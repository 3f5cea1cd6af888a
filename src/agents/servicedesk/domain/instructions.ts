import { blankOut, instructionFinder } from "agents-apphost/kit";

const LEVEL = String.raw`(?:p\s?-?[0-5]\b|sev(?:erity)?\s?-?[0-5]\b|prio(?:rity)?\s*(?:level\s*)?(?:of\s*)?[:=]?\s*(?:[0-5]\b|one\b|critical|high(?:est)?|urgent)|[1-5]\s*-\s*(?:critical|high)|critical\b|(?:top|highest|maximum)\s+(?:priority|impact|urgency|severity)|(?:impact|urgency|severity)\s*(?:[:=]|to|as|is)?\s*(?:high|critical|maximum))`;
const ORDER = String.raw`(?:set|make|mark|treat|classify|categori[sz]e|prioriti[sz]e|put|authori[sz]e|handle|raise|give|assign|rate|triage|answer|reply|respond|output|return|choose|use|escalate)`;

/**
 * Where a ticket speaks to whoever classifies it instead of telling what is wrong. A ticket is data: what it says about its
 * own priority, and what it orders, is set aside, and a model is not asked about such a ticket at all.
 */
export const findInstructions = instructionFinder({
  rules: ["matrix"],
  roles: ["classifier"],
  orders: [
    new RegExp(String.raw`\b${ORDER}\b[^.!?\n]{0,40}?${LEVEL}`),
    /\b(?:this|it|ticket)\s+(?:should|must|has to|needs to|shall|ought to)\s+(?:be|become|get)\s+(?:a\s+)?(?:p\s?-?[1-5]|sev(?:erity)?\s?-?[1-5])\b/,
    /\bals\s+(?:p\s?-?[0-5]|kritisch)\s+(?:behandeln|einstufen|einordnen|markieren|setzen)\b/,
    // The same in other languages, accents aside: "setze die Priorität auf P1".
    /\bpriori(?:tat|taet|te|teit|ta|dade?)\b[^.!?\n]{0,25}?\b(?:p\s?-?[0-5]|[1-5]|kritisch|critique|critic[oa]|hoch|hochste|haute|maximale?|alta|hoog)\b/,
    /["']?\b(?:impact|urgency|priority|severity)\b["']?\s*[:=]\s*["']?(?:high|critical|[1-5]\b|p[1-5]\b)/,
  ],
});

/** The text with blanks in the place of its instructions: everything else stays where it was. */
export function withoutInstructions(text: string): string {
  return blankOut(text, findInstructions(text));
}
