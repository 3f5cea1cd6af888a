import { test } from "tap";
import {
  addBusinessTime,
  businessTimeBetween,
} from "../../../../src/agents/servicedesk/domain/business-time.ts";
import type { BusinessHours } from "../../../../src/agents/servicedesk/domain/business-time.ts";
import { POLICIES } from "../../../../src/agents/servicedesk/domain/policies.ts";
import { priorityNamed } from "../../../../src/agents/servicedesk/domain/policy.ts";
import type { Policy } from "../../../../src/agents/servicedesk/domain/policy.ts";
import { clockAt, slaOf } from "../../../../src/agents/servicedesk/domain/sla.ts";
import { timeZone } from "../../../../src/agents/servicedesk/infrastructure/time-zone.ts";

const HOUR = 3_600_000;
const servicenow = POLICIES["servicenow"] as Policy;
const london = timeZone("Europe/London");

function add(
  from: string,
  hours: number,
  calendar: BusinessHours = servicenow.businessHours,
  zone = london,
): string {
  return new Date(addBusinessTime(calendar, zone, Date.parse(from), hours * HOUR)).toISOString();
}

/** Open all day and night, every day. */
const dayAndNight: BusinessHours = {
  days: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ from: 0, to: 1440 }]])),
  holidays: [],
};

await test("business time runs from nine to five on workdays, and stands still between", (t) => {
  // Winter: London is at UTC. 2026-11-26 is a Thursday.
  t.equal(add("2026-11-26T10:00:00Z", 4), "2026-11-26T14:00:00.000Z");
  t.equal(add("2026-11-26T10:00:00Z", 7), "2026-11-26T17:00:00.000Z", "the last moment of a day counts");
  t.equal(add("2026-11-26T10:00:00Z", 8), "2026-11-27T10:00:00.000Z", "over night");
  t.equal(add("2026-11-27T16:00:00Z", 2), "2026-11-30T10:00:00.000Z", "over a weekend");
  t.equal(add("2026-11-28T12:00:00Z", 1), "2026-11-30T10:00:00.000Z", "from a Saturday");
  t.equal(add("2026-11-26T03:00:00Z", 1), "2026-11-26T10:00:00.000Z", "from before nine");
  t.equal(add("2026-11-26T20:00:00Z", 1), "2026-11-27T10:00:00.000Z", "from after five");
  t.equal(add("2026-11-26T10:00:00Z", 40), "2026-12-03T10:00:00.000Z", "a week of five days");
  t.end();
});

await test("holidays are no workdays", (t) => {
  // Christmas 2026 is a Friday, Boxing Day's substitute the Monday after it.
  t.equal(add("2026-12-24T16:00:00Z", 2), "2026-12-29T10:00:00.000Z");
  // Good Friday and Easter Monday; the clock has changed in between.
  t.equal(add("2026-04-02T15:00:00Z", 2), "2026-04-07T09:00:00.000Z");
  t.end();
});

await test("where the clock changes, real time is counted", (t) => {
  // London goes from +00:00 to +01:00 on Sunday 2026-03-29 at 01:00: nine o'clock is then 08:00 UTC.
  t.equal(add("2026-03-27T16:00:00Z", 2), "2026-03-30T09:00:00.000Z");
  t.equal(add("2026-10-23T15:00:00Z", 2), "2026-10-26T10:00:00.000Z", "and back");
  // Open around the clock: the day of the change has 23 or 25 hours.
  t.equal(add("2026-03-29T00:00:00Z", 23, dayAndNight), "2026-03-29T23:00:00.000Z");
  const night: BusinessHours = { days: { 7: [{ from: 0, to: 180 }] }, holidays: [] };
  const span = (from: string, to: string): number =>
    businessTimeBetween(night, london, Date.parse(from), Date.parse(to)) / HOUR;
  t.equal(span("2026-03-22T00:00:00Z", "2026-03-23T00:00:00Z"), 3);
  t.equal(span("2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"), 2, "the skipped hour is not there");
  t.equal(span("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"), 4, "the repeated hour counts twice");
  // Hours that begin within the hour that is skipped begin when the clock jumps over it.
  const early: BusinessHours = { days: { 7: [{ from: 90, to: 600 }] }, holidays: [] };
  const open = (date: string): number => {
    const midnight = Date.parse(`${date}T00:00:00Z`);
    return businessTimeBetween(early, london, midnight - 2 * HOUR, midnight + 24 * HOUR) / HOUR;
  };
  t.equal(open("2026-03-22"), 8.5);
  t.equal(open("2026-03-29"), 8, "from 02:00 to 10:00 of the summer time");
  t.equal(open("2026-10-25"), 9.5, "from 01:30 of the summer time to 10:00 of the winter time");
  // Zones that are not whole hours away, and one that changes by half an hour.
  t.equal(
    add("2026-03-06T10:00:00Z", 2, servicenow.businessHours, timeZone("Asia/Kolkata")),
    "2026-03-09T04:00:00.000Z",
  );
  t.equal(
    add("2026-03-06T03:15:00Z", 1, servicenow.businessHours, timeZone("Asia/Kathmandu")),
    "2026-03-06T04:15:00.000Z",
  );
  const lordHowe = timeZone("Australia/Lord_Howe");
  t.equal(add("2026-10-03T13:30:00Z", 23.5, dayAndNight, lordHowe), "2026-10-04T13:00:00.000Z");
  // A time zone that is far away, and changes at another time.
  const newYork = timeZone("America/New_York");
  t.equal(add("2026-03-06T21:00:00Z", 2, servicenow.businessHours, newYork), "2026-03-09T14:00:00.000Z");
  t.end();
});

await test("what was added lies between, wherever it begins", (t) => {
  const { businessHours } = servicenow;
  for (
    let start = Date.parse("2026-03-20T00:00:00Z");
    start < Date.parse("2026-04-10T00:00:00Z");
    start += 7 * HOUR + 660_000
  ) {
    for (const hours of [0.5, 3, 8, 24, 41]) {
      const end = addBusinessTime(businessHours, london, start, hours * HOUR);
      t.equal(
        businessTimeBetween(businessHours, london, start, end),
        hours * HOUR,
        new Date(start).toISOString(),
      );
    }
  }
  t.equal(businessTimeBetween(businessHours, london, 2 * HOUR, HOUR), 0);
  t.throws(() => addBusinessTime({ days: {}, holidays: [] }, london, 0, 1), { name: "NeverOpen" });
  t.end();
});

await test("a critical ticket's clock never stands still; the others keep business hours", (t) => {
  const at = "2026-11-27T16:30:00.000Z"; // a Friday
  const sla = (priority: string) => slaOf(servicenow, london, priorityNamed(servicenow, priority), at);
  t.strictSame(sla("1-Critical"), {
    clock: "always",
    responseDueAt: "2026-11-27T16:45:00.000Z",
    resolutionDueAt: "2026-11-27T20:30:00.000Z",
  });
  t.strictSame(sla("2-High"), {
    clock: "business-hours",
    responseDueAt: "2026-11-30T09:30:00.000Z",
    resolutionDueAt: "2026-11-30T16:30:00.000Z",
  });
  t.equal(sla("5-Planning").resolutionDueAt, "2026-12-11T16:30:00.000Z", "ten workdays");
  t.throws(() => slaOf({ ...servicenow, sla: {} }, london, { rank: 1, name: "x" }, at), {
    name: "RangeError",
  });
  t.end();
});

await test("a clock runs, is met, or is breached", (t) => {
  const clock = (dueAt: string, metAt: string | null, now: string) => {
    const { state, minutesLeft } = clockAt(servicenow, london, "business-hours", { dueAt, metAt, now });
    return `${state} ${minutesLeft}`;
  };
  const monday = "2026-11-30T10:00:00Z";
  t.equal(clock(monday, null, "2026-11-27T16:00:00Z"), "running 120", "the weekend is not counted");
  t.equal(clock(monday, null, monday), "running 0");
  t.equal(clock(monday, null, "2026-11-30T10:30:00Z"), "breached -30");
  t.equal(clock(monday, "2026-11-30T09:00:00Z", "2026-12-24T00:00:00Z"), "met 60");
  t.equal(clock(monday, "2026-12-01T10:00:00Z", "2026-12-24T00:00:00Z"), "breached -480");
  const unbroken = clockAt(servicenow, london, "always", {
    dueAt: monday,
    metAt: null,
    now: "2026-11-28T10:00:00Z",
  });
  t.match(unbroken, { state: "running", minutesLeft: 2880 });
  t.end();
});
