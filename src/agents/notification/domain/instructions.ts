import { instructionFinder } from "agents-apphost/kit";

/**
 * Where a text speaks to whoever words a notification instead of telling what it is about. The message is sent as it stands,
 * since it is what was to be said; but no model reads it, and so none can be talked into anything by it.
 */
export const findInstructions = instructionFinder({
  roles: ["writer"],
  orders: [
    /\b(?:write|say|begin|start|open|answer|reply|respond|output)\b[^.!?\n]{0,40}\b(?:first sentence|opening|notification|subject|with the (?:words?|sentence|text))\b/,
    /["']opening["']\s*:/,
  ],
});
