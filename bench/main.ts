import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { releaseOnSignals } from "./owned.ts";
import { failedRow, ROW_NAMES } from "./row.ts";
import type { Measurement, Row } from "./row.ts";

/**
 * `npm run bench`: every figure as a ratio against a bare run on the same machine in the same run. What is measured is
 * the built command, as its users run it. `--json` prints the rows as an array, `--only version,up` measures some,
 * `--runs 7` sets how often. A budget that is not met is a row with `ok: false`, not an exit code.
 */
const USAGE = "npm run bench -- [--only ROW,…] [--runs N] [--json]";
const values = options();
if (values.help === true) {
  process.stdout.write(`${USAGE}\nRows: ${ROW_NAMES.join(", ")}\n`);
  process.exit(0);
}
const wanted = new Set<string>(values.only?.split(",") ?? ROW_NAMES);
const runs = Number(values.runs);
const unknown = [...wanted].filter((name) => !ROW_NAMES.some((known) => known === name));
if (unknown.length > 0) refuse(`there is no row ${unknown.join(", ")}. Rows: ${ROW_NAMES.join(", ")}`);
if (!Number.isInteger(runs) || runs < 1) refuse(`--runs is "${values.runs}". Give a whole number from 1.`);
releaseOnSignals();
build();

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
  (await import("./rows/daprd.ts")).daprdUp,
  (await import("./rows/daprd.ts")).daprdEvents,
];

const rows: Row[] = [];
for (const measurement of measurements) {
  if (!measurement.rows.some((name) => wanted.has(name))) continue;
  const measured = await measurement.measure({ runs }).catch((error: unknown): readonly Row[] => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return measurement.rows.map((name) => failedRow(name, reason));
  });
  const asked = measured.filter(({ name }) => wanted.has(name));
  rows.push(...asked);
  if (values.json !== true) asked.forEach(print);
}
if (values.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);

function options() {
  try {
    return parseArgs({
      options: {
        json: { type: "boolean" },
        only: { type: "string" },
        runs: { type: "string", default: "5" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : String(error)}. Usage: ${USAGE}`);
  }
}

/** Makes dist/ current: a hash is compared first, so that it costs nothing where it is. */
function build(): void {
  const prepare = join(import.meta.dirname, "../scripts/prepare.js");
  const { status } = spawnSync(process.execPath, [prepare], { stdio: ["ignore", 2, 2] });
  if (status !== 0) refuse("the command could not be built, so there is nothing to measure (see above).");
}

function refuse(why: string): never {
  process.stderr.write(`bench: ${why}\n`);
  process.exit(2);
}

function print(row: Row): void {
  const figures = row.reason ?? `${row.ours} ${row.unit} against ${row.theirs ?? "–"} (${row.against})`;
  const ratio = row.ratio === null ? "" : `${row.ratio} ×`;
  process.stdout.write(
    `${row.ok ? "✓" : "✗"} ${row.name.padEnd(18)} ${ratio.padStart(9)}   budget ${row.budget.padEnd(18)} ${figures}\n`,
  );
  for (const [name, value] of Object.entries(row.detail ?? {}))
    process.stdout.write(`    ${name}: ${value}\n`);
}
