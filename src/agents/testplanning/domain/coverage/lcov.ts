import {
  type CoverageReport,
  type FileCoverage,
  ratio,
  type Ratio,
  ReportUnreadable,
  totalsOf,
} from "./totals.ts";

/** What the lines of one record say, from its SF to its end_of_record. */
interface Counts {
  readonly lines: Map<number, number>;
  readonly functions: Map<string, number>;
  readonly branches: Map<string, number>;
  readonly claims: Map<string, number>;
}

interface FileRecord {
  readonly path: string;
  readonly counts: Counts;
}

/**
 * Reads an lcov trace file (the format of geninfo(1), before and since lcov 2). Totals come from the DA, FNDA, FNA and
 * BRDA lines; where the LF/LH, FNF/FNH or BRF/BRH lines of a record say something else, that is reported.
 */
export function readLcov(text: string): CoverageReport {
  const records: FileRecord[] = [];
  let current: Counts | null = null;
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    const [tag = "", ...rest] = line.trim().split(":");
    const value = rest.join(":");
    if (tag === "SF") {
      current = empty();
      records.push({ path: value, counts: current });
    } else if (tag === "end_of_record") current = null;
    else if (/^(?:DA|FN|FNDA|FNL|FNA|BRDA|LF|LH|FNF|FNH|BRF|BRH)$/u.test(tag)) {
      if (current === null)
        throw new ReportUnreadable(
          `line ${index + 1}`,
          `Line ${index + 1} has a ${tag} record before any SF record.`,
        );
      take(current, tag, value, index + 1);
    }
  }
  if (records.length === 0)
    throw new ReportUnreadable(
      "report",
      "The report holds no SF record, so it is not an lcov trace file or it covers nothing.",
    );
  const byPath = [...Map.groupBy(records, ({ path }) => path)];
  const files = byPath.map(([path, own]) => toFile(path, together(own.map(({ counts }) => counts))));
  return {
    files,
    totals: totalsOf(files),
    contradictions: records.flatMap(({ path, counts }) => contradictions(path, counts)),
  };
}

function empty(): Counts {
  return { lines: new Map(), functions: new Map(), branches: new Map(), claims: new Map() };
}

/** The same line may stand in several records of a file: hits are added. */
function together(all: readonly Counts[]): Counts {
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return first;
  const sum = empty();
  for (const { lines, functions, branches } of all) {
    for (const [line, hits] of lines) add(sum.lines, line, hits);
    for (const [name, hits] of functions) add(sum.functions, name, hits);
    for (const [branch, hits] of branches) add(sum.branches, branch, hits);
  }
  return sum;
}

function take(counts: Counts, tag: string, value: string, line: number): void {
  const fields = value.split(",");
  const whole = (text: string | undefined) => {
    if (text === undefined || !/^\d+$/u.test(text))
      throw new ReportUnreadable(
        `line ${line}`,
        `Line ${line} has "${tag}:${value}", where a whole number was expected.`,
      );
    return Number(text);
  };
  const from = (at: number) => fields.slice(at).join(",");
  switch (tag) {
    case "DA":
      return add(counts.lines, whole(fields[0]), whole(fields[1]));
    case "FN":
      // Names hold commas too: where the function ends stands before a name only as digits.
      return add(counts.functions, from(fields.length > 2 && /^\d+$/u.test(fields[1] ?? "") ? 2 : 1), 0);
    case "FNDA":
      return add(counts.functions, from(1), whole(fields[0]));
    // Since lcov 2 a function has a number, and as many names as it goes by.
    case "FNL":
      return add(counts.functions, `#${whole(fields[0])}`, 0);
    case "FNA":
      return add(counts.functions, `#${whole(fields[0])}`, whole(fields[1]));
    case "BRDA":
      return add(
        counts.branches,
        fields.slice(0, -1).join(","),
        fields.at(-1) === "-" ? 0 : whole(fields.at(-1)),
      );
    default:
      counts.claims.set(tag, whole(value));
  }
}

function add<Key>(map: Map<Key, number>, key: Key, hits: number): void {
  map.set(key, (map.get(key) ?? 0) + hits);
}

function toFile(path: string, counts: Counts): FileCoverage {
  const uncovered = [...counts.lines].filter(([, hits]) => hits === 0).map(([line]) => line);
  return {
    path,
    lines: hit(counts.lines),
    statements: null,
    functions: counts.functions.size === 0 ? null : hit(counts.functions),
    branches: counts.branches.size === 0 ? null : hit(counts.branches),
    uncoveredLines: uncovered.toSorted((a, b) => a - b),
  };
}

function hit(map: ReadonlyMap<unknown, number>): Ratio {
  return ratio([...map.values()].filter((hits) => hits > 0).length, map.size);
}

const claims = [
  ["LF", "LH", "lines"],
  ["FNF", "FNH", "functions"],
  ["BRF", "BRH", "branches"],
] as const;

function contradictions(path: string, counts: Counts): string[] {
  return claims.flatMap(([found, hits, metric]) => {
    const real = hit(counts[metric]);
    const [total, covered] = [counts.claims.get(found), counts.claims.get(hits)];
    if (total === undefined || covered === undefined || (total === real.total && covered === real.covered))
      return [];
    return [
      `${path}: the report claims ${covered} of ${total} ${metric}, its records add up to ${real.covered} of ${real.total}.`,
    ];
  });
}
