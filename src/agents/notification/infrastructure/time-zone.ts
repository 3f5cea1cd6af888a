import { Temporal } from "temporal-polyfill";
import type { Zone } from "../domain/quiet-hours.ts";

/** The rules of a time zone, from the system's own data; null for a name that is none. */
export function timeZone(name: string): Zone | null {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return {
    localOf: (instant) => {
      const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
      return { date: local.toPlainDate().toString(), minute: local.hour * 60 + local.minute };
    },
    instantOf: (date, minute) =>
      Temporal.PlainDate.from(date).toZonedDateTime({
        timeZone: name,
        plainTime: { hour: Math.floor(minute / 60), minute: minute % 60 },
      }).epochMilliseconds,
  };
}
