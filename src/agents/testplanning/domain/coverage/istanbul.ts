import { type CoverageReport, type FileCoverage, ratio, ReportUnreadable, totalsOf } from "./totals.ts";

type Counter = readonly [id: string, hits: number];

/** One file of the report, checked. */
interface Entry {
  readonly path: string;
  readonly lines: ReadonlyMap<string, number | null>;
  readonly statements: readonly Counter[];
  readonly functions: readonly Counter[];
  readonly arms: readonly number[];
}

/** Reads Istanbul's `coverage-final.json`. Lines count as Istanbul counts them: by the statements that start there. */
export function readIstanbul(text: string): CoverageReport {
  const entries = Object.entries(parse(text));
  if (entries.length === 0) throw new ReportUnreadable("report", "The report covers no file.");
  const files = entries.map(([path, entry]) => toFile(checked(path, entry)));
  return { files, totals: totalsOf(files), contradictions: [] };
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReportUnreadable(placeOf(reason, text), `The report is not JSON: ${reason}`);
  }
  if (!isObject(value))
    throw new ReportUnreadable("report", "The report is not an object with one member for each file.");
  return value;
}

/** Where the parser stopped, as far as it says so. */
function placeOf(reason: string, text: string): string {
  const position = /position (\d+)/u.exec(reason)?.[1] ?? (/end of JSON/u.test(reason) ? text.length : null);
  if (position === null) return "report";
  const before = text.slice(0, Number(position)).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function checked(path: string, value: unknown): Entry {
  if (!isObject(value)) throw new ReportUnreadable(path, `The entry of ${path} is not an object.`);
  const entry = isObject(value["data"]) ? value["data"] : value;
  const part = (member: string): Record<string, unknown> => {
    const found = entry[member];
    if (isObject(found)) return found;
    const message = `The entry of ${path} has no object "${member}", as Istanbul's coverage-final.json has.`;
    throw new ReportUnreadable(`${path}/${member}`, message);
  };
  for (const member of ["statementMap", "s", "f", "b"]) part(member);
  const counters = (member: string) =>
    Object.entries(part(member)).map(
      ([id, hits]) => [id, checkCount(hits, `${path}/${member}/${id}`)] as const,
    );
  const arms = Object.entries(part("b")).flatMap(([id, list]) => {
    if (!Array.isArray(list))
      throw new ReportUnreadable(`${path}/b/${id}`, `${path}/b/${id} is not a list of counts.`);
    return list.map((hits: unknown, index) => checkCount(hits, `${path}/b/${id}/${index}`));
  });
  const lines = new Map(
    Object.entries(part("statementMap")).map(([id, location]) => [id, startLine(location)]),
  );
  const name = typeof entry["path"] === "string" ? entry["path"] : path;
  return { path: name, lines, statements: counters("s"), functions: counters("f"), arms };
}

function startLine(location: unknown): number | null {
  const start = isObject(location) ? location["start"] : undefined;
  const line = isObject(start) ? start["line"] : undefined;
  return typeof line === "number" ? line : null;
}

function checkCount(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new ReportUnreadable(path, `${path} is ${JSON.stringify(value)}, where a count was expected.`);
}

function toFile(entry: Entry): FileCoverage {
  const lines = new Map<number, number>();
  for (const [id, hits] of entry.statements) {
    const line = entry.lines.get(id) ?? null;
    if (line !== null) lines.set(line, Math.max(lines.get(line) ?? 0, hits));
  }
  return {
    path: entry.path,
    lines: hit([...lines.values()]),
    statements: hit(entry.statements.map(([, hits]) => hits)),
    functions: hit(entry.functions.map(([, hits]) => hits)),
    branches: hit(entry.arms),
    uncoveredLines: [...lines]
      .filter(([, hits]) => hits === 0)
      .map(([line]) => line)
      .toSorted((x, y) => x - y),
  };
}

function hit(counts: readonly number[]) {
  return ratio(counts.filter((hits) => hits > 0).length, counts.length);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
