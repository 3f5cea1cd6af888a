/** How much of something is covered. `percent` is null when there is nothing to cover. */
export interface Ratio {
  readonly covered: number;
  readonly total: number;
  readonly percent: number | null;
}

/** Counts of one file; `null` where the report does not hold them. */
export interface FileCoverage {
  readonly path: string;
  readonly lines: Ratio | null;
  readonly statements: Ratio | null;
  readonly functions: Ratio | null;
  readonly branches: Ratio | null;
  readonly uncoveredLines: readonly number[];
}

type Metric = "lines" | "statements" | "functions" | "branches";

export interface CoverageReport {
  readonly files: readonly FileCoverage[];
  readonly totals: Readonly<Record<Metric, Ratio | null>>;
  /** What the report claims of itself and its own details contradict. */
  readonly contradictions: readonly string[];
}

/** Two decimals, rounded down: only what is covered whole counts as 100. */
export function ratio(covered: number, total: number): Ratio {
  return { covered, total, percent: total === 0 ? null : Math.floor((covered * 10_000) / total) / 100 };
}

/** The sums over all files; a metric that no file has stays null. */
export function totalsOf(files: readonly FileCoverage[]): Record<Metric, Ratio | null> {
  const sum = (metric: Metric) => {
    const known = files.map((file) => file[metric]).filter((value) => value !== null);
    if (known.length === 0) return null;
    return ratio(
      known.reduce((all, { covered }) => all + covered, 0),
      known.reduce((all, { total }) => all + total, 0),
    );
  };
  return {
    lines: sum("lines"),
    statements: sum("statements"),
    functions: sum("functions"),
    branches: sum("branches"),
  };
}

/** A report that cannot be read: where, and what was expected there. */
export class ReportUnreadable extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = "ReportUnreadable";
    this.path = path;
  }
}
