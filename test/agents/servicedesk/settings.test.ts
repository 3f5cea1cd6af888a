import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { readSettings } from "../../../src/agents/servicedesk/infrastructure/settings.ts";

await test("a policy has a name or a file, and one that cannot be used is told with its place", (t) => {
  const dir = t.testdir({});
  const read = (given: string) => readSettings({ SERVICEDESK_POLICY: given }, dir).policy;
  t.match(readSettings({}, dir), { policy: { name: "servicenow", priorities: { length: 5 } } });
  t.match(read("p1-p4"), { name: "p1-p4", priorities: ["P1", "P2", "P3", "P4"] });
  const all = { high: "now", medium: "now", low: "later" };
  const policy = {
    name: "ours",
    priorities: ["now", "later"],
    matrix: { high: all, medium: all, low: { high: "later", medium: "later", low: "later" } },
    sla: {
      now: { responseMinutes: 5, resolutionMinutes: 60, clock: "always" },
      later: { responseMinutes: 600, resolutionMinutes: 6000, clock: "business-hours" },
    },
    timeZone: "America/New_York",
    businessHours: { days: { "1": [{ from: 480, to: 720 }] }, holidays: [] },
    escalation: [],
    affectedUsers: { high: 10, medium: 2 },
    criticalServices: ["till"],
  };
  const file = join(dir, "policy.json");
  writeFileSync(file, JSON.stringify(policy));
  t.strictSame(read("policy.json"), policy);
  t.equal(
    readSettings({ SERVICEDESK_POLICY: file }, "/").zone.dateOf(Date.parse("2026-11-26T02:00:00Z")),
    "2026-11-25",
  );
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ ...policy, priorities: ["now"] }, /matrix\.high\.low: "later" is none of the priorities now/],
    [{ ...policy, sla: { now: policy.sla.now } }, /sla\.later: there is no SLA/],
    [
      { ...policy, sla: { ...policy.sla, now: { ...policy.sla.now, resolutionMinutes: 600_000 } } },
      /sla\.now\.resolutionMinutes: .*527040/,
    ],
    [{ ...policy, timeZone: "Mars/Base" }, /"Mars\/Base" is no time zone/],
    [{ ...policy, businessHours: { days: {}, holidays: [] } }, /businessHours\.days: expected open hours/],
    [
      { ...policy, affectedUsers: { high: 2, medium: 10 } },
      /affectedUsers\.medium: expected at most as many as for high/,
    ],
    [
      { ...policy, escalation: [{ name: "all", team: "t", rankAtMost: 3 }] },
      /escalation\.0\.rankAtMost: there are 2 priorities/,
    ],
    ["{", /is not JSON|Invalid|expected/],
  ];
  for (const [content, message] of wrong) {
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    t.throws(() => read(file), { name: "StartError", message });
  }
  for (const given of ["toString", "constructor", "__proto__"]) {
    t.throws(() => read(given), { name: "StartError", message: /no policy and no file/ }, given);
  }
  t.throws(() => read("nothing"), { name: "StartError", message: /no policy and no file/ });
  t.end();
});
