import { blankOut, instructionFinder } from "agents-apphost/kit";

/**
 * Where a requirement speaks to the model that words its specification, instead of saying what must hold. Rules, classes and
 * cases never come from a model; its words are not asked for where somebody else would be heard in them.
 */
export const findInstructions = instructionFinder({
  rules: ["requirement", "specification"],
  roles: ["tester"],
  orders: [/\b(?:call|name|title)\b[^.!?\n]{0,20}\bspecification\b|\bsay that\b[^.!?\n]{0,40}\btests?\b/],
});

/** The text with blanks in the place of its instructions. */
export function withoutInstructions(text: string): string {
  return blankOut(text, findInstructions(text));
}
