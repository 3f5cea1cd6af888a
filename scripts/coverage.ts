// How much of each agent's domain and application code, and of the kit, the tests run: `npm run coverage`, or
// `npm run coverage -- bimclassification` for one. The agents of the tests are processes of their own that are killed, of
// which tap's coverage learns nothing: here V8 writes down what each process ran (test/helpers/covered.ts), and c8 adds it
// up. Ends with 1 when a test fails, or when less than 90 % of the lines of a layer are run.
import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import config from "../agents.config.ts";

const LEAST = 90;
const AT_ONCE = 2;
const root = join(import.meta.dirname, "..");

const share = z.object({ total: z.number(), covered: z.number() });
const summarySchema = z.record(z.string(), z.object({ lines: share, branches: share }));

const known = [...Object.keys(config.agents), "kit"];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`nothing here is called ${unknown.join(", ")}: there are ${known.join(", ")}`);
  process.exit(2);
}
const areas = asked.length === 0 ? known : asked;
const layers = areas.flatMap((area) =>
  area === "kit" ? ["src/agents/kit"] : [`src/agents/${area}/domain`, `src/agents/${area}/application`],
);
const tests = areas.map((area) => `test/agents/${area}/**/*.test.ts`);
// What all agents have in common is tested in one place.
if (asked.length === 0) tests.push("test/agents/*.test.ts", "test/agents/rest/*.test.ts");

const folder = await mkdtemp(join(tmpdir(), "agents-coverage-"));
try {
  const failed = await runAll(await filesOf(tests));
  const low = await report();
  for (const file of failed) console.error(`failed: ${file}`);
  for (const layer of low) console.error(`less than ${LEAST} % of the lines of ${layer} are run by a test`);
  process.exitCode = failed.length + low.length > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function filesOf(patterns: readonly string[]): Promise<readonly string[]> {
  return (await Array.fromAsync(glob(patterns, { cwd: root }))).toSorted();
}

/** Runs the files, and gives those that failed. */
async function runAll(files: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  const left = [...files];
  async function worker(): Promise<void> {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as many workers as may run at once
      if (!(await passes(file))) failed.push(file);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failed;
}

/** Runs a file without tap's runner, which would hand V8's folder to nobody. */
async function passes(file: string): Promise<boolean> {
  // Of tap's limits only the runner's is set by its configuration; without it a file has 30 s.
  const env = { NODE_V8_COVERAGE: join(folder, "v8"), TAP_TIMEOUT: "300" };
  const { failed, stdout } = await execa(process.execPath, ["--conditions=agents-source", file], {
    cwd: root,
    env,
    stderr: "inherit",
    reject: false,
  });
  console.error(`${failed ? "FAILED" : "ok    "} ${file}`);
  if (failed) console.error(stdout);
  return !failed;
}

/** Prints what c8 adds up, a line per layer, and gives the layers of which too little is run. */
async function report(): Promise<readonly string[]> {
  const include = layers.flatMap((layer) => ["--include", `${layer}/**`]);
  const exclude = (await withoutCode()).flatMap((file) => ["--exclude", file]);
  const where = ["--temp-directory", join(folder, "v8"), "--reports-dir", join(folder, "report")];
  const how = ["--all", "--merge-async", "--reporter", "json-summary"];
  await execa("c8", ["report", ...where, ...how, ...include, ...exclude], { cwd: root, preferLocal: true });
  const summary = summarySchema.parse(
    JSON.parse(await readFile(join(folder, "report/coverage-summary.json"), "utf8")),
  );
  const { total: _, ...files } = summary;
  return layers.filter((layer) => {
    const inside = Object.entries(files).filter(([file]) => relative(root, file).startsWith(`${layer}/`));
    const lines = percent(inside.map(([, file]) => file.lines));
    const branches = percent(inside.map(([, file]) => file.branches));
    console.log(`${layer.padEnd(40)} ${lines.toFixed(1)} % of lines, ${branches.toFixed(1)} % of branches`);
    return lines < LEAST;
  });
}

/** Files of nothing but types: no process ever loads them, and c8 would count each of their lines as not run. */
async function withoutCode(): Promise<readonly string[]> {
  const files = await filesOf(layers.map((layer) => `${layer}/**/*.ts`));
  const empty = files.map(async (file) => {
    const code = stripTypeScriptTypes(await readFile(join(root, file), "utf8"));
    return code.replaceAll(/\/\*.*?\*\/|\/\/.*/gs, "").trim() === "" ? file : null;
  });
  return (await Promise.all(empty)).filter((file) => file !== null);
}

function percent(shares: readonly z.infer<typeof share>[]): number {
  const sum = (of: (one: z.infer<typeof share>) => number): number =>
    shares.reduce((total, one) => total + of(one), 0);
  const total = sum((one) => one.total);
  return total === 0 ? 100 : (100 * sum((one) => one.covered)) / total;
}
