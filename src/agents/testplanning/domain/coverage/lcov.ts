import {
  type CoverageReport,
  type FileCoverage,
  ratio,
  type Ratio,
  ReportUnreadable,
  totalsOf,
} from "./totals.ts";

/** What the records of one file add up to. The same line may occur in several records: hits are added. */
interface Counts {
  readonly lines: Map<number, number>;
  readonly functions: Map<string, number>;
  readonly branches: Map<string, number>;
  readonly claims: Map<string, number>;
}

/**
 * Reads an lcov trace file (the format of geninfo(1)). Totals come from the DA, FNDA and BRDA records; where the
 * LF/LH, FNF/FNH or BRF/BRH lines of the file say something else, that is reported.
 */
export function readLcov(text: string): CoverageReport {
  const files = new Map<string, Counts>();
  let current: Counts | null = null;
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    const [tag = "", ...rest] = line.trim().split(":");
    const value = rest.join(":");
    if (tag === "SF") {
      current = files.get(value) ?? {
        lines: new Map(),
        functions: new Map(),
        branches: new Map(),
        claims: new Map(),
      };
      files.set(value, current);
    } else if (tag === "end_of_record") current = null;
    else if (/^(?:DA|FN|FNDA|BRDA|LF|LH|FNF|FNH|BRF|BRH)$/u.test(tag)) {
      if (current === null)
        throw new ReportUnreadable(
          `line ${index + 1}`,
          `Line ${index + 1} has a ${tag} record before any SF record.`,
        );
      take(current, tag, value, index + 1);
    }
  }
  if (files.size === 0)
    throw new ReportUnreadable(
      "report",
      "The report holds no SF record, so it is not an lcov trace file or it covers nothing.",
    );
  const read = [...files].map(([path, counts]) => toFile(path, counts));
  return {
    files: read,
    totals: totalsOf(read),
    contradictions: [...files].flatMap(([path, counts]) => contradictions(path, counts)),
  };
}

function take(counts: Counts, tag: string, value: string, line: number): void {
  const fields = value.split(",");
  const last = fields.at(-1) ?? "";
  const whole = (text: string | undefined) => {
    const number = Number(text);
    if (text === undefined || !Number.isInteger(number) || number < 0)
      throw new ReportUnreadable(
        `line ${line}`,
        `Line ${line} has "${tag}:${value}", where a whole number was expected.`,
      );
    return number;
  };
  if (tag === "DA") add(counts.lines, whole(fields[0]), whole(fields[1]));
  else if (tag === "FN") add(counts.functions, last, 0);
  else if (tag === "FNDA") add(counts.functions, fields.slice(1).join(","), whole(fields[0]));
  else if (tag === "BRDA")
    add(counts.branches, fields.slice(0, -1).join(","), last === "-" ? 0 : whole(last));
  else counts.claims.set(tag, (counts.claims.get(tag) ?? 0) + whole(value));
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
