/** When somebody is not to be disturbed, in their own time. */
export type QuietHours = {
  /** IANA name: Europe/London. */
  readonly timeZone: string;
  /** Times of day as HH:MM. From the later to the earlier one goes over midnight; the same twice is the whole day. */
  readonly from: string;
  readonly to: string;
};

/** What is known of a time zone. Instants are milliseconds since 1970 UTC. */
export interface Zone {
  /** The local date (2026-03-29) and minutes after midnight of an instant. */
  localOf(instant: number): { readonly date: string; readonly minute: number };
  /** The instant of a local time; of one that a change of the clock skips, that of the change; of one that comes twice, the first. */
  instantOf(date: string, minute: number): number;
}

const DAY_MINUTES = 1440;

/**
 * When the quiet hours that reign at an instant end; `null` when none do. What counts is the clock on the wall: a night in
 * which the clock changes is an hour longer or shorter.
 */
export function quietUntil({ from, to }: QuietHours, zone: Zone, now: number): number | null {
  const [begins, ends] = [minuteOf(from), minuteOf(to)];
  const { date, minute } = zone.localOf(now);
  const overMidnight = begins >= ends;
  const quiet = overMidnight ? minute >= begins || minute < ends : minute >= begins && minute < ends;
  if (!quiet) return null;
  const endsOn = overMidnight && minute >= begins ? nextDate(date) : date;
  const end = zone.instantOf(endsOn, ends);
  // The hour that comes twice: the first of two such ends has passed, the second is meant.
  return end > now ? end : now - (now % 60_000) + (ends - minute) * 60_000;
}

/** Minutes after midnight of a time of day such as 22:30. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return (hours * 60 + minutes) % DAY_MINUTES;
}

/** Dates are counted as in UTC, where every day is as long as the other. */
function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
