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
    instantOf: (date, minute) => {
      const time = { hour: Math.floor(minute / 60), minute: minute % 60 };
      const local = Temporal.PlainDate.from(date).toPlainDateTime(time);
      const found = local.toZonedDateTime(name);
      if (found.toPlainDateTime().equals(local)) return found.epochMilliseconds;
      const before = local.toZonedDateTime(name, { disambiguation: "earlier" });
      return (before.getTimeZoneTransition("next") ?? found).epochMilliseconds;
    },
  };
}
