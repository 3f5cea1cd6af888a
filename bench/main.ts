import { parseArgs } from "node:util";
import { failedRow, ROW_NAMES } from "./row.ts";
import type { Measurement, Row } from "./row.ts";

/**
 * `npm run bench`: every figure as a ratio against a bare run on the same machine in the same run.
 * `--json` prints the rows as an array, `--only version,up` measures some, `--runs 7` sets how often.
 */
const { values } = parseArgs({
  options: { json: { type: "boolean" }, only: { type: "string" }, runs: { type: "string", default: "5" } },
});
const wanted = new Set<string>(values.only?.split(",") ?? ROW_NAMES);
const runs = Number(values.runs);

const measurements: readonly Measurement[] = [
  (await import("./rows/version.ts")).version,
  (await import("./rows/up.ts")).up,
  (await import("./rows/agent-start.ts")).agentStart,
  (await import("./rows/down.ts")).down,
  (await import("./rows/idle.ts")).idle,
  (await import("./rows/log-lines.ts")).logLinesRow,
  (await import("./rows/save.ts")).save,
  (await import("./rows/events.ts")).events,
  (await import("./rows/growth.ts")).growth,
];

const rows: Row[] = [];
for (const measurement of measurements) {
  if (!measurement.rows.some((name) => wanted.has(name))) continue;
  const measured = await measurement.measure({ runs }).catch((error: unknown): readonly Row[] => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return measurement.rows.map((name) => failedRow(name, reason));
  });
  rows.push(...measured);
  if (values.json !== true) measured.forEach(print);
}
if (values.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);

function print(row: Row): void {
  const figures = row.reason ?? `${row.ours} ${row.unit} against ${row.theirs ?? "–"} (${row.against})`;
  const ratio = row.ratio === null ? "" : `${row.ratio} ×`;
  process.stdout.write(
    `${row.ok ? "✓" : "✗"} ${row.name.padEnd(18)} ${ratio.padStart(9)}   budget ${row.budget.padEnd(14)} ${figures}\n`,
  );
  for (const [name, value] of Object.entries(row.detail ?? {}))
    process.stdout.write(`    ${name}: ${value}\n`);
}
