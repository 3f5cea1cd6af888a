import { instructionFinder } from "agents-apphost/kit";

/** Where a log or the name of a sprint speaks to the model that words a report. Figures and evidence never come from it. */
export const findInstructions = instructionFinder({
  rules: ["log", "failure", "report"],
  orders: [
    /\b(?:say|write|answer|claim|report)\b[^.!?\n]{0,30}\b(?:passed|succeeded|success|green|no errors?|all is well)\b/,
  ],
});
