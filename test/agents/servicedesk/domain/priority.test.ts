import { test } from "tap";
import { POLICIES } from "../../../../src/agents/servicedesk/domain/policies.ts";
import {
  escalationFor,
  LEVELS,
  priorityNamed,
  priorityOf,
} from "../../../../src/agents/servicedesk/domain/policy.ts";
import type { Category, Level, Policy } from "../../../../src/agents/servicedesk/domain/policy.ts";

function policy(name: string): Policy {
  const found = POLICIES[name];
  if (found === undefined) throw new Error(`no policy ${name}`);
  return found;
}

/** Rows are impact, columns urgency, both from high to low. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  servicenow: [
    "1-Critical 2-High     3-Moderate",
    "2-High     3-Moderate 4-Low",
    "3-Moderate 4-Low      5-Planning",
  ],
  "p1-p4": ["P1 P1 P3", "P2 P3 P4", "P3 P4 P4"],
};

for (const [name, rows] of Object.entries(TABLES)) {
  await test(`impact and urgency give the priority that the matrix ${name} has`, (t) => {
    const levels: readonly Level[] = ["high", "medium", "low"];
    const shown = levels.map((impact) =>
      levels.map((urgency) => priorityOf(policy(name), impact, urgency).name).join(" "),
    );
    t.strictSame(
      shown,
      rows.map((row) => row.split(/ +/).join(" ")),
    );
    t.end();
  });

  await test(`in ${name} nothing gets more pressing by a lower impact or urgency, and each priority has an SLA`, (t) => {
    const { priorities, sla } = policy(name);
    for (const [at, impact] of LEVELS.entries()) {
      for (const [also, urgency] of LEVELS.entries()) {
        const { rank } = priorityOf(policy(name), impact, urgency);
        for (const [higher, more] of [
          [at + 1, { impact: LEVELS[at + 1], urgency }],
          [also + 1, { impact, urgency: LEVELS[also + 1] }],
        ] as const) {
          if (higher >= LEVELS.length) continue;
          const raised = priorityOf(policy(name), more.impact ?? impact, more.urgency ?? urgency);
          t.ok(raised.rank <= rank, `${impact}/${urgency} → ${raised.name}`);
        }
      }
    }
    const times = priorities.map((priority) => sla[priority]?.resolutionMinutes ?? Number.NaN);
    t.strictSame(
      times,
      times.toSorted((a, b) => a - b),
      "the more pressing is due the sooner",
    );
    t.end();
  });
}

function team(priority: string, category: Category): string | null {
  return (
    escalationFor(policy("servicenow"), {
      priority: priorityNamed(policy("servicenow"), priority),
      category,
    })?.team ?? null
  );
}

await test("the first rule that fits escalates, and to its team", (t) => {
  t.equal(team("1-Critical", "network"), "major-incident");
  t.equal(team("1-Critical", "security"), "security-response");
  t.equal(team("2-High", "security"), "security-response");
  t.equal(team("2-High", "network"), null);
  t.equal(team("3-Moderate", "security"), null);
  t.throws(() => priorityNamed(policy("servicenow"), "P1"), {
    name: "RangeError",
    message: /no priority "P1"/,
  });
  t.end();
});
