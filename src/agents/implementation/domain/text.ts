import { inventedFacts } from "agents-apphost/kit";

/**
 * Text from outside on its way into a source file. A comment may hold anything a person or a model wrote, so it
 * must not be able to end itself, start a line of code, or show code in another order than it runs.
 */

/** Control and format characters, which include line breaks and the marks that reverse the direction of text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text in which what a reader cannot see, or sees in another order than it is, is written in another way. */
export function escapeUnseen(text: string, escape: (character: string) => string): string {
  return text.replace(INVISIBLE, escape);
}

/** One line of plain text. */
export function plainLine(text: string): string {
  return text.replace(INVISIBLE, " ").replace(/\s+/gu, " ").trim();
}

/** Plain text in lines of at most `width` characters, broken between words where it can be. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of plainLine(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** At most `limit` characters, with an ellipsis where something was cut. */
export function shorten(text: string, limit: number): string {
  const characters = Array.from(plainLine(text));
  return characters.length <= limit
    ? characters.join("")
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

/** Words that begin a sentence about code, and are no names. */
const OPENERS =
  "Accepts Additionally Allows Applies Avoid Avoids Checks Compares Comparing Condition Consider Decides Determines Ensures " +
  "Expression Fewer Finding Findings Fix Fixing Function Functions Given Good Great Hi Implements Input Inputs Keeps Less Limits Makes Nice Overall Provides " +
  "Readers Reading Rejects Removes Removing Replaces Replacing Requires Returned Returning Returns Rule Rules Simplifies " +
  "Strict Tells Uses Using Validates Value Values Verifies Well";

/** What a model's text says that it was not told: names, numbers, places. It may choose words, never facts. */
export function inventedOf(text: string, given: string): readonly string[] {
  return inventedFacts(text, `${given}\n${OPENERS}`);
}

const DENIAL =
  /\b(?:no|without(?: any)?|zero) (?:\w+ ){0,2}(?:findings?|issues?|problems?|weakness(?:es)?|vulnerabilit(?:y|ies)|errors?|concerns?|changes? (?:is|are) (?:needed|required))\b|\bnothing (?:was |is |has been )?(?:found|wrong|to (?:change|fix))|\b(?:looks?|is|are) (?:all )?(?:good|fine|clean|safe|secure)\b|\ball (?:is )?(?:well|good|fine|clear)\b|\bapproved?\b|\bLGTM\b|\bready to (?:be )?merged?\b/iu;

/** Whether a text says that nothing is wrong. */
export function saysNothingFound(text: string): boolean {
  return DENIAL.test(text.normalize("NFKC"));
}
