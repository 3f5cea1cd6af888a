import { join } from "node:path";
import { ratioRow } from "../row.ts";
import type { Measurement } from "../row.ts";
import { timeProcess } from "../time-process.ts";

const BIN = join(import.meta.dirname, "../../bin/agents.js");

/** `agents --version` against a Node that does nothing, taken in turns. */
export const version: Measurement = {
  rows: ["version"],
  async measure({ runs }) {
    const ours: number[] = [];
    const theirs: number[] = [];
    await timeProcess(process.execPath, [BIN, "--version"]); // the first one reads cold files
    for (let run = 0; run < runs * 4; run += 1) {
      theirs.push(await timeProcess(process.execPath, ["-e", "0"]));
      ours.push(await timeProcess(process.execPath, [BIN, "--version"]));
    }
    return [ratioRow("version", { ours, theirs, against: "node -e 0", unit: "ms", limit: 1.5 })];
  },
};
