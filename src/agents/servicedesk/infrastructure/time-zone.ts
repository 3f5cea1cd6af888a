import { Temporal } from "temporal-polyfill";
import type { Zone } from "../domain/business-time.ts";

/** The rules of a time zone, from the system's own data. @throws RangeError for a name that is none. */
export function timeZone(name: string): Zone {
  // Fails here and not at the first ticket.
  Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  return {
    dateOf: (instant) =>
      Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name).toPlainDate().toString(),
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
