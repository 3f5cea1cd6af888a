export const DAY_MS = 24 * 60 * 60 * 1000;

/** Milliseconds of an ISO 8601 date (its first moment, UTC) or time; NaN for what is none. */
export function momentOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}(?:T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
}

/** The moment at which something ends that is given by its last day or by a time: the end of that day, or the time. */
export function endOf(text: string): number {
  return text.includes("T") ? momentOf(text) : momentOf(text) + DAY_MS;
}

/** `2026-01-31` */
export function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

/** The smallest value that at least so many percent of all are not above (nearest rank); null of nothing. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With two digits, as people read it. */
export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}
