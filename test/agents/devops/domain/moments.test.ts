import { test } from "tap";
import { median, momentOf } from "../../../../src/agents/devops/domain/moments.ts";

await test("dates and times as boards write them, in UTC wherever this runs", (t) => {
  const known: readonly (readonly [string, string])[] = [
    ["2026-01-05", "2026-01-05T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2026-01-05T10:00", "2026-01-05T10:00:00.000Z"],
    ["2026-01-05T10:00:30.5Z", "2026-01-05T10:00:30.500Z"],
    ["2026-01-05T10:00:00+01:00", "2026-01-05T09:00:00.000Z"],
    ["2026-01-05T10:00:00.000+0530", "2026-01-05T04:30:00.000Z"],
    ["2026-01-05T10:00:00-08", "2026-01-05T18:00:00.000Z"],
  ];
  const zone = process.env["TZ"];
  t.teardown(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });
  for (const here of ["UTC", "America/New_York"]) {
    process.env["TZ"] = here;
    for (const [text, at] of known) t.equal(new Date(momentOf(text)).toISOString(), at, `${here} ${text}`);
  }
  for (const text of [
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2026-01-05T25:00",
    "2026-01-05Tuesday",
    "2026-01-05T10:00 GMT",
    "05/01/2026",
    "",
  ])
    t.ok(Number.isNaN(momentOf(text)), text);
  t.end();
});

await test("the median of an even number is between the two in the middle", (t) => {
  t.equal(median([50, 2, 8, 4]), 6);
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([]), null);
  t.end();
});
