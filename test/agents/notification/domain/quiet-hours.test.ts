import { test } from "tap";
import { quietUntil } from "../../../../src/agents/notification/domain/quiet-hours.ts";
import type { QuietHours } from "../../../../src/agents/notification/domain/quiet-hours.ts";
import { timeZone } from "../../../../src/agents/notification/infrastructure/time-zone.ts";

/** When quiet hours of London end, both as instants; null when there are none at that time. */
function ends(at: string, from: string, to: string, zone = "Europe/London"): string | null {
  const quiet: QuietHours = { timeZone: zone, from, to };
  const rules = timeZone(zone);
  if (rules === null) throw new Error(`no zone ${zone}`);
  const until = quietUntil(quiet, rules, Date.parse(at));
  return until === null ? null : new Date(until).toISOString();
}

await test("quiet hours hold from their first minute to before their last, also over midnight", (t) => {
  t.equal(ends("2026-01-10T21:59:59Z", "22:00", "07:00"), null);
  t.equal(ends("2026-01-10T22:00:00Z", "22:00", "07:00"), "2026-01-11T07:00:00.000Z");
  t.equal(ends("2026-01-11T03:00:00Z", "22:00", "07:00"), "2026-01-11T07:00:00.000Z");
  t.equal(ends("2026-01-11T06:59:59Z", "22:00", "07:00"), "2026-01-11T07:00:00.000Z");
  t.equal(ends("2026-01-11T07:00:00Z", "22:00", "07:00"), null);
  t.equal(ends("2026-01-11T12:30:00Z", "12:00", "13:00"), "2026-01-11T13:00:00.000Z");
  t.equal(ends("2026-01-11T11:59:59Z", "12:00", "13:00"), null);
  t.equal(ends("2026-01-11T12:00:00Z", "12:00", "13:00"), "2026-01-11T13:00:00.000Z");
  t.equal(ends("2026-01-11T13:00:00Z", "12:00", "13:00"), null);
  t.equal(ends("2026-01-11T12:30:00Z", "00:00", "00:00"), "2026-01-12T00:00:00.000Z", "the whole day");
  t.equal(ends("2026-12-31T23:00:00Z", "22:00", "07:00"), "2027-01-01T07:00:00.000Z");
  t.end();
});

await test("they are those of the recipient's own clock", (t) => {
  t.equal(ends("2026-01-10T23:00:00Z", "22:00", "07:00", "America/New_York"), null);
  t.equal(ends("2026-01-11T04:00:00Z", "22:00", "07:00", "America/New_York"), "2026-01-11T12:00:00.000Z");
  t.equal(ends("2026-07-10T21:30:00Z", "22:00", "07:00"), "2026-07-11T06:00:00.000Z", "in summer time");
  t.equal(ends("2026-01-10T18:00:00Z", "22:00", "07:00", "Asia/Kathmandu"), "2026-01-11T01:15:00.000Z");
  t.equal(timeZone("Europe/Nowhere"), null);
  t.end();
});

await test("a night in which the clock changes ends by the clock on the wall", (t) => {
  // 29 March 2026, 01:00 GMT becomes 02:00 BST; 25 October 2026, 02:00 BST becomes 01:00 GMT.
  t.equal(ends("2026-03-28T23:00:00Z", "22:00", "07:00"), "2026-03-29T06:00:00.000Z");
  t.equal(ends("2026-10-24T22:00:00Z", "22:00", "07:00"), "2026-10-25T07:00:00.000Z");
  // An end that is skipped: the clock jumps over it at 01:00 GMT.
  t.equal(ends("2026-03-28T23:00:00Z", "22:00", "01:30"), "2026-03-29T01:00:00.000Z");
  // Half an hour is skipped, and comes twice.
  t.equal(ends("2026-10-03T12:00:00Z", "22:00", "02:15", "Australia/Lord_Howe"), "2026-10-03T15:30:00.000Z");
  t.equal(ends("2026-04-04T14:00:00Z", "22:00", "01:45", "Australia/Lord_Howe"), "2026-04-04T14:45:00.000Z");
  // An end that comes twice: the first one, and in the second hour the second one.
  t.equal(ends("2026-10-24T23:00:00Z", "22:00", "01:30"), "2026-10-25T00:30:00.000Z");
  t.equal(ends("2026-10-25T01:10:00Z", "22:00", "01:30"), "2026-10-25T01:30:00.000Z");
  t.equal(ends("2026-10-25T01:10:42.5Z", "22:00", "01:30"), "2026-10-25T01:30:00.000Z", "to the minute");
  t.end();
});
