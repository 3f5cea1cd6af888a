import t from "tap";
import { progressText } from "../../../src/cli/render/progress-text.ts";

const MB = 1024 * 1024;

for (const [done, total, unit, text] of [
  [0, 0, "bytes", "pulling m"],
  [7.3 * MB, 17 * MB, "bytes", "pulling m  42 %  7.3 of 17 MB"],
  [512 * 1024, 17 * MB, "bytes", "pulling m  2 %  512 kB of 17 MB"],
  [2, 5, "layers", "pulling m  40 %  2 of 5 layers"],
] as const)
  t.test(text, (t) => {
    t.equal(progressText({ what: "m", done, total, unit }), text);
    t.end();
  });
