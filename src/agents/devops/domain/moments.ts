export const DAY_MS = 24 * 60 * 60 * 1000;

/** A date, or one with a time: the zone also without a colon, as Jira writes it. */
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Milliseconds of an ISO 8601 date (its first moment, UTC) or time; NaN for what is none. A time without a zone is UTC,
 * whatever the zone of this machine.
 */
export function momentOf(text: string): number {
  const [, day = "", time = "00:00", zone = "Z"] = MOMENT.exec(text) ?? [];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse makes 2 March of 30 February.
  if (Number.isNaN(midnight) || dayOf(midnight) !== day) return Number.NaN;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`;
  return Date.parse(`${day}T${time.replace(",", ".")}${offset}`);
}

/** The moment at which something ends that is given by its last day or by a time: the end of that day, or the time. */
export function endOf(text: string): number {
  return text.includes("T") ? momentOf(text) : momentOf(text) + DAY_MS;
}

/** `2026-01-31`, in a zone that is so many milliseconds before UTC. */
export function dayOf(moment: number, offset = 0): string {
  return new Date(moment + offset).toISOString().slice(0, 10);
}

/** By how many milliseconds the clocks of a time's zone are before UTC; 0 where none is given. */
export function offsetOf(text: string): number {
  const [, day = "", , zone = "Z"] = MOMENT.exec(text) ?? [];
  return zone === "Z" ? 0 : momentOf(`${day}T00:00Z`) - momentOf(`${day}T00:00${zone}`);
}

/** The smallest value that at least so many percent of all are not above (nearest rank); null of nothing. */
export function percentile(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

/** Half of the values are not above it: of an even number the mean of the two in the middle; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [(sorted.length - 1) >> 1, sorted.length >> 1];
  return mean(sorted.slice(low, high + 1));
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With two digits, as people read it, or more where little is to be told from nothing. */
export function rounded(value: number | null, digits = 2): number | null {
  return value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;
}
