import { readFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "../bare.ts";
import { logLines } from "../logs.ts";
import { BenchProject, commandConfig } from "../project.ts";
import { median, round } from "../row.ts";
import type { Measurement } from "../row.ts";

const LINES_PER_SECOND = 500_000;
const LINES = 2_000_000;

/** Lines a second from an agent's pipe into its file, none lost, torn or out of order. */
export const logLinesRow: Measurement = {
  rows: ["log-lines"],
  async measure({ runs }) {
    const all = [];
    const whole: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      all.push(await logLines({ lines: LINES }));
      whole.push(await throughUp());
    }
    const faults = all.reduce((sum, { lost, torn, reordered }) => sum + lost + torn + reordered, 0);
    const ours = median(all.map((each) => each.ours));
    const theirs = median(all.map((each) => each.theirs));
    return [
      {
        name: "log-lines",
        ours: round(ours),
        theirs: round(theirs),
        against: "the same bytes written to a file as they come; the ratio is of ours and 500 000",
        unit: "lines/s",
        ratio: round(ours / LINES_PER_SECOND),
        budget: "≥ 500 000 lines/s",
        ok: ours >= LINES_PER_SECOND && faults === 0,
        runs,
        detail: {
          "lost, torn or out of order": faults,
          "an agent of a whole `agents up` (lines/s)": round(median(whole)),
          "longest pause of the event loop (ms)": round(Math.max(...all.map((each) => each.delayMaxMs))),
        },
      },
    ];
  },
};

/** The same from outside: an agent writes as fast as the orchestrator takes it. */
async function throughUp(): Promise<number> {
  await using project = new BenchProject();
  const times = join(project.root, "times.json");
  const env = { LINES: String(LINES), TIMES: times };
  project.write(
    "agents.config.json",
    commandConfig(1, [process.execPath, program("writes-lines.js")], { sidecar: false, env }),
  );
  const up = await project.up(["--no-watch"]);
  const { began, ended }: { began: number; ended: number } = JSON.parse(readFileSync(times, "utf8"));
  await up.stop();
  return (LINES / (ended - began)) * 1000;
}
