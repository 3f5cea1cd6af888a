/** Names of the rows, a closed list. */
export const ROW_NAMES = [
  "version",
  "up",
  "up-vs-hono",
  "agent-start",
  "down",
  "down-50-stubborn",
  "memory",
  "idle-cpu",
  "log-lines",
  "save",
  "publish-latency",
  "events-per-second",
  "growth-200",
  "daprd-up",
  "daprd-publish-latency",
  "daprd-events-per-second",
] as const;

export type RowName = (typeof ROW_NAMES)[number];

/** One row of the benchmark, as `npm run -s bench -- --json` prints it. */
export interface Row {
  readonly name: RowName;
  /** Median over the runs, in `unit`. */
  readonly ours: number | null;
  /** The bare run or peer measured in the same run; null where the budget is absolute. */
  readonly theirs: number | null;
  readonly against: string;
  readonly unit: string;
  /** ours / theirs, or what the budget is stated in. */
  readonly ratio: number | null;
  readonly budget: string;
  readonly ok: boolean;
  readonly runs: number;
  /** Why it could not be measured. */
  readonly reason?: string;
  /** What else was measured with it. */
  readonly detail?: Readonly<Record<string, number | string>>;
}

/** Measures one or several rows that share their set-up. */
export interface Measurement {
  readonly rows: readonly RowName[];
  measure(options: MeasureOptions): Promise<readonly Row[]>;
}

export interface MeasureOptions {
  readonly runs: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** A row whose budget is "at most `limit` times theirs". */
export function ratioRow(
  name: RowName,
  input: {
    ours: readonly number[];
    theirs: readonly number[];
    against: string;
    unit: string;
    limit: number;
    detail?: Row["detail"];
  },
): Row {
  const ours = median(input.ours);
  const theirs = median(input.theirs);
  const ratio = ours / theirs;
  if (Number.isNaN(ratio)) return failedRow(name, "no run gave a figure");
  return {
    name,
    ours: round(ours),
    theirs: round(theirs),
    against: input.against,
    unit: input.unit,
    ratio: round(ratio),
    budget: `≤ ${input.limit} ×`,
    ok: ratio <= input.limit,
    runs: input.ours.length,
    ...(input.detail === undefined ? {} : { detail: input.detail }),
  };
}

/** A row whose budget is a figure of its own: the ratio is ours against that. */
export function limitRow(
  name: RowName,
  input: {
    ours: readonly number[];
    limit: number;
    /** The limit is the least instead of the most. */
    least?: boolean;
    unit: string;
    budget: string;
    against: string;
    detail?: Row["detail"];
  },
): Row {
  const ours = median(input.ours);
  return {
    name,
    ours: round(ours),
    theirs: null,
    against: input.against,
    unit: input.unit,
    ratio: round(ours / input.limit),
    budget: input.budget,
    ok: input.least === true ? ours >= input.limit : ours <= input.limit,
    runs: input.ours.length,
    ...(input.detail === undefined ? {} : { detail: input.detail }),
  };
}

/** A row that could not be measured is a failed one, with the reason; never left out. */
export function failedRow(name: RowName, reason: string): Row {
  return {
    name,
    ours: null,
    theirs: null,
    against: "",
    unit: "",
    ratio: null,
    budget: "",
    ok: false,
    runs: 0,
    reason,
  };
}

export function round(value: number): number {
  return Number(value.toPrecision(4));
}
