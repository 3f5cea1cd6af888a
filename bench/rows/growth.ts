import { bareListeners, program, timeBare } from "../bare.ts";
import { pss } from "../proc.ts";
import { BenchProject, commandConfig } from "../project.ts";
import { limitRow, median, round } from "../row.ts";
import type { Measurement } from "../row.ts";

const SIZES = [10, 50, 200] as const;
const LIMIT = 1.5;

interface Figures {
  readonly start: number;
  readonly stop: number;
  readonly memory: number;
  readonly bare: number;
}

/** Whether start, stop and memory of the orchestrator grow no faster than the number of its processes. */
export const growth: Measurement = {
  rows: ["growth-200"],
  async measure({ runs }) {
    const bySize = new Map<number, Figures[]>(SIZES.map((size) => [size, []]));
    for (let run = 0; run < Math.min(runs, 3); run += 1)
      for (const size of SIZES) bySize.get(size)?.push(await once(size));
    const of = (size: number, what: keyof Figures): number =>
      median((bySize.get(size) ?? []).map((figures) => figures[what]));
    const perProcess = (what: keyof Figures): number => of(200, what) / 200 / (of(10, what) / 10);
    const marginal = (what: keyof Figures): number =>
      (of(200, what) - of(50, what)) / 150 / ((of(50, what) - of(10, what)) / 40);
    const worst = Math.max(perProcess("start"), perProcess("stop"), perProcess("memory"));
    const detail = Object.fromEntries(
      SIZES.map((size) => [
        `${size} processes`,
        `start ${of(size, "start").toFixed(0)} ms (bare ${of(size, "bare").toFixed(0)}), stop ${of(size, "stop").toFixed(0)} ms, memory ${of(size, "memory").toFixed(0)} MB`,
      ]),
    );
    const further = (["start", "stop", "memory"] as const)
      .map((what) => `${what} ${marginal(what).toFixed(2)}`)
      .join(", ");
    return [
      {
        ...limitRow("growth-200", {
          ours: [worst],
          limit: LIMIT,
          unit: "× per process",
          budget: `≤ ${LIMIT} × per process`,
          against: "",
        }),
        ours: round(of(200, "start") / 200),
        theirs: round(of(10, "start") / 10),
        unit: "ms",
        against: "start per process at 200 against at 10; the ratio is the worst of start, stop and memory",
        ratio: round(worst),
        runs: Math.min(runs, 3),
        detail: { ...detail, "each process from 50 to 200 against each from 10 to 50": further },
      },
    ];
  },
};

async function once(size: number): Promise<Figures> {
  await using project = new BenchProject();
  const command = [process.execPath, program("listens.js")];
  project.write("agents.config.json", commandConfig(size, command, { sidecar: false }));
  const bare = await timeBare(await bareListeners(size));
  const up = await project.up(["--wait-timeout", "120"]);
  const start = await up.ready;
  const memory = pss(up.pid);
  const stop = await up.stop();
  return { start, stop, memory, bare };
}
