/** Dates (`2026-01-31`) and times of day (`09:00`, `09:00:30`) as strings, without a time zone. */

/** A date that the calendar has, or a time of day from 00:00 to 23:59:59. */
export function isTemporal(of: "date" | "time", text: string): boolean {
  return of === "date" ? isDate(text) : /^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/.test(text);
}

/** Negative, zero or positive as `a` is before, at or after `b`. Both sides must be of the same kind and valid. */
export function compareTemporal(a: string, b: string): number {
  const left = withSeconds(a);
  const right = withSeconds(b);
  return left < right ? -1 : Number(left > right);
}

function isDate(text: string): boolean {
  // Python has no year 0, and what is generated has to mean the same in every language.
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || text.startsWith("0000")) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // Date.parse rolls 30 February over into March; the text that comes back tells.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** `09:00` as `09:00:00`: written with the same number of digits, texts sort as the times they stand for. */
export function withSeconds(text: string): string {
  return /^[0-9]{2}:[0-9]{2}$/.test(text) ? `${text}:00` : text;
}
