import { instructionFinder } from "agents-apphost/kit";

/**
 * Where a requirement, the name of a file or a wish speaks to the model that words a result, instead of saying what it is
 * about. Code, findings and diffs never come from a model; its words are not asked for where somebody else would be heard in
 * them.
 */
export const findInstructions = instructionFinder({
  rules: ["specification", "finding", "findings", "review", "diff"],
  roles: ["reviewer", "programmer"],
  orders: [/\b(?:say|write|answer|claim)\b[^.!?\n]{0,20}\b(?:no|without)[ -]findings?\b|\bapprove this\b/],
});
