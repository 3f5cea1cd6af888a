/** A span of local time within a day, in minutes after midnight; `to` may be 1440, the end of the day. */
export type OpenHours = { readonly from: number; readonly to: number };

/** When people work. */
export type BusinessHours = {
  /** By ISO weekday: 1 is Monday, 7 is Sunday. In order, and not overlapping. */
  readonly days: Readonly<Record<number, readonly OpenHours[]>>;
  /** Dates on which nobody works: 2026-12-25. */
  readonly holidays: readonly string[];
};

/** What is known of a time zone: the only place where its rules come in. Instants are milliseconds since 1970 UTC. */
export interface Zone {
  /** The local date of an instant: 2026-03-29. */
  dateOf(instant: number): string;
  /** The instant of a local time, in minutes after midnight; of one that a change of the clock skips, that of the change. */
  instantOf(date: string, minute: number): number;
}

const DAY_MS = 86_400_000;
/** Nobody closes for longer; a calendar without any open hour would be searched for ever. */
const LONGEST_PAUSE_DAYS = 400;

/** The calendar has no open hours. */
class NeverOpen extends Error {
  override readonly name = "NeverOpen";
}

/**
 * The instant at which so much business time has passed since `start`. What passes is real time: on a day on which the
 * clock changes within the open hours, they are an hour shorter or longer than the clock on the wall says.
 *
 * @throws NeverOpen
 */
export function addBusinessTime(
  hours: BusinessHours,
  zone: Zone,
  start: number,
  milliseconds: number,
): number {
  let left = milliseconds;
  let date = zone.dateOf(start);
  for (let closed = 0; closed < LONGEST_PAUSE_DAYS; closed += 1) {
    for (const [from, to] of openSpans(hours, zone, date)) {
      const begin = Math.max(from, start);
      if (begin >= to) continue;
      if (left <= to - begin) return begin + left;
      left -= to - begin;
      closed = 0;
    }
    date = nextDate(date);
  }
  throw new NeverOpen("The business hours have no open day.");
}

/** How much business time lies between two instants, in milliseconds; 0 when the second is not later. */
export function businessTimeBetween(hours: BusinessHours, zone: Zone, from: number, to: number): number {
  let sum = 0;
  const last = zone.dateOf(to);
  for (let date = zone.dateOf(from); date <= last; date = nextDate(date)) {
    for (const [opens, closes] of openSpans(hours, zone, date)) {
      sum += Math.max(0, Math.min(closes, to) - Math.max(opens, from));
    }
  }
  return sum;
}

function openSpans(hours: BusinessHours, zone: Zone, date: string): readonly (readonly [number, number])[] {
  if (hours.holidays.includes(date)) return [];
  return (hours.days[weekday(date)] ?? []).map(
    ({ from, to }) => [instantOf(zone, date, from), instantOf(zone, date, to)] as const,
  );
}

function instantOf(zone: Zone, date: string, minute: number): number {
  return minute < 1440 ? zone.instantOf(date, minute) : zone.instantOf(nextDate(date), minute - 1440);
}

/** Dates are counted as in UTC, where every day is as long as the other. */
function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

function weekday(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}
