import { test } from "tap";
import type { Deployment } from "../../../../src/agents/devops/domain/dora.ts";
import { doraMetrics } from "../../../../src/agents/devops/domain/dora.ts";
import { percentile } from "../../../../src/agents/devops/domain/moments.ts";
import { analyseSprint, SprintInvalid } from "../../../../src/agents/devops/domain/sprint.ts";
import type { WorkItem } from "../../../../src/agents/devops/domain/sprint.ts";

const sprint = { name: "S1", start: "2026-01-05", end: "2026-01-09" };

function item(id: string, points: number | null, dates: Partial<WorkItem> = {}): WorkItem {
  return {
    id,
    title: `Item ${id}`,
    type: "story",
    points,
    status: "open",
    createdAt: "2026-01-01",
    startedAt: null,
    completedAt: null,
    ...dates,
  };
}

function dayOfJanuary(day: number): string {
  return new Date(Date.UTC(2026, 0, day)).toISOString();
}

/** A deployment whose oldest change was committed so many hours before. */
function deployment(at: string, hours: number, failed = false, restoredAt: string | null = null): Deployment {
  const committedAt = new Date(Date.parse(at) - hours * 3_600_000).toISOString();
  return { at, committedAt, failed, restoredAt };
}

/** Worked out by hand: five days, 20 points committed, 3 added, 13 finished. */
const ITEMS: readonly WorkItem[] = [
  item("A", 5, { startedAt: "2026-01-05T00:00:00Z", completedAt: "2026-01-06T00:00:00Z", status: "done" }),
  item("B", 3, { startedAt: "2026-01-05T00:00:00Z", completedAt: "2026-01-07T00:00:00Z", status: "done" }),
  item("C", 5, { startedAt: "2026-01-06T00:00:00Z", completedAt: "2026-01-09T12:00:00Z", status: "done" }),
  item("D", 7, { startedAt: "2026-01-05T00:00:00Z", status: "in progress" }),
  item("E", 3, { createdAt: "2026-01-07T09:00:00Z" }),
  item("F", null),
  item("G", 8, { startedAt: "2025-12-20", completedAt: "2026-01-02", status: "done" }),
];

await test("a sprint worked out by hand", (t) => {
  const report = analyseSprint(sprint, ITEMS);
  t.match(report, {
    committed: 20,
    added: 3,
    completed: 13,
    velocity: 13,
    items: { total: 6, completed: 3, unestimated: 1 },
    carryOver: [{ id: "D", points: 7 }, { id: "E" }, { id: "F", points: null }],
    // 1, 2 and 3.5 days.
    cycleTime: { count: 3, p50: 2, p85: 3.5, mean: 2.17 },
    leadTime: { count: 3, p50: 6, p85: 8.5 },
  });
  t.same(
    report.burndown.map(({ date, remaining, ideal }) => [date, remaining, ideal]),
    [
      ["2026-01-05", 20, 20],
      ["2026-01-06", 20, 16],
      ["2026-01-07", 15, 12],
      ["2026-01-08", 15, 8],
      ["2026-01-09", 15, 4],
      ["2026-01-09", 10, 0],
    ],
  );
  // In work: A 1, B 2, C 3.5, D 5 days of 5: 11.5 / 5; 3 finished in 5 days.
  t.same(report.flow, { averageWip: 2.3, throughput: 0.6, expectedCycleTime: 3.83 });
  t.same(
    report.risks.map(({ kind }) => kind),
    ["carry-over", "scope-growth", "unestimated", "ageing"],
  );
  t.end();
});

await test("Little's law holds where work flows evenly", (t) => {
  // One item is begun each day and takes two days; seen over ten days two are always in work.
  const flowing = Array.from({ length: 14 }, (_, day) => {
    return item(`i${day}`, 1, { startedAt: dayOfJanuary(day - 1), completedAt: dayOfJanuary(day + 1) });
  });
  const { flow, cycleTime } = analyseSprint({ name: "S", start: "2026-01-01", end: "2026-01-10" }, flowing);
  t.same(flow, { averageWip: 2, throughput: 1, expectedCycleTime: 2 });
  t.equal(cycleTime.mean, 2);
  t.end();
});

await test("the days of a burndown are those of the team, and the ideal ends with the sprint", (t) => {
  const begun = { ...sprint, start: "2026-01-05T00:00:00+0100", end: "2026-01-07T12:00:00+01:00" };
  const { burndown } = analyseSprint(begun, [item("A", 5, { completedAt: "2026-01-06" })]);
  t.same(
    burndown.map(({ date, remaining, ideal }) => [date, remaining, ideal]),
    [
      ["2026-01-05", 5, 5],
      ["2026-01-06", 5, 3],
      ["2026-01-07", 0, 1],
      ["2026-01-07", 0, 0],
    ],
  );
  const west = analyseSprint({ ...sprint, start: "2026-01-05T17:00:00-08" }, []).burndown;
  t.match(west, [{ date: "2026-01-05" }, { date: "2026-01-06" }]);
  t.end();
});

await test("weekends count, reopened work is open, and nothing is done before it began", (t) => {
  const report = analyseSprint({ ...sprint, end: "2026-01-16" }, [
    item("weekend", 0, { startedAt: "2026-01-09T12:00Z", completedAt: "2026-01-12T12:00Z" }),
    item("sameDay", 2, { startedAt: "2026-01-06T10:00Z", completedAt: "2026-01-06" }),
    item("reopened", 3, { startedAt: "2026-01-06", status: "reopened" }),
    item("later", 1, { startedAt: "2026-01-06", completedAt: "2026-01-17", status: "done" }),
  ]);
  t.match(report, {
    velocity: 2,
    committed: 6,
    carryOver: [{ id: "reopened" }, { id: "later" }],
    cycleTime: { count: 2, p50: 0, p85: 3, mean: 1.5 },
    // 3 days, 0, and two times 11 of 12 days; 2 finished.
    flow: { averageWip: 2.08, throughput: 0.17, expectedCycleTime: 12.5 },
  });
  t.end();
});

await test("what was thought of after the sprint is no part of it", (t) => {
  const later = item("Z", 13, { createdAt: "2026-01-10T00:00:00Z" });
  t.same(analyseSprint(sprint, [...ITEMS, later]), analyseSprint(sprint, ITEMS));
  t.end();
});

await test("an empty sprint has no figures that would be invented", (t) => {
  const report = analyseSprint(sprint, []);
  t.match(report, {
    velocity: 0,
    cycleTime: { count: 0, p50: null, p85: null, mean: null },
    flow: { averageWip: 0, throughput: 0, expectedCycleTime: null },
    risks: { length: 0 },
  });
  t.end();
});

await test("what cannot be is told with its place", (t) => {
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [() => analyseSprint({ ...sprint, start: "monday" }, []), "sprint.start"],
    [() => analyseSprint({ ...sprint, end: "2026-01-04" }, []), "sprint.end"],
    [() => analyseSprint({ ...sprint, end: "2036-01-04" }, []), "sprint.end"],
    [() => analyseSprint(sprint, [item("A", 1, { createdAt: "2026-13-01" })]), "items[0].createdAt"],
    [() => analyseSprint(sprint, [item("A", 1), item("A", 1)]), "items[1].id"],
    [
      () => analyseSprint(sprint, [item("A", 1, { startedAt: "2026-01-07", completedAt: "2026-01-06" })]),
      "items[0].completedAt",
    ],
    [
      () =>
        analyseSprint(sprint, [
          item("A", 1, { createdAt: "2026-01-08", startedAt: "2026-01-05", completedAt: "2026-01-06" }),
        ]),
      "items[0].completedAt",
    ],
    [() => analyseSprint({ ...sprint, end: "2026-02-30" }, []), "sprint.end"],
  ];
  for (const [work, path] of wrong) t.throws(work, { name: SprintInvalid.name, path }, path);
  t.end();
});

await test("a sprint in which all was done as planned has no risks", (t) => {
  const done = { startedAt: "2026-01-05T00:00:00Z", completedAt: "2026-01-06T00:00:00Z", status: "done" };
  const report = analyseSprint(sprint, [item("A", 5, done), item("B", 0, done)]);
  t.same(report.risks, []);
  t.match(report, { committed: 5, velocity: 5, carryOver: { length: 0 }, items: { unestimated: 0 } });
  t.end();
});

await test("percentiles by nearest rank", (t) => {
  t.equal(percentile([15, 20, 35, 40, 50], 30), 20);
  t.equal(percentile([15, 20, 35, 40, 50], 40), 20);
  t.equal(percentile([15, 20, 35, 40, 50], 50), 35);
  t.equal(percentile([15, 20, 35, 40, 50], 100), 50);
  t.equal(percentile([], 50), null);
  t.end();
});

await test("DORA by hand", (t) => {
  const metrics = doraMetrics({ start: "2026-01-01", end: "2026-01-10" }, [
    deployment("2026-01-01T10:00:00Z", 2),
    deployment("2026-01-02T10:00:00Z", 4, true, "2026-01-02T13:00:00Z"),
    deployment("2026-01-05T10:00:00Z", 8),
    deployment("2026-01-10T23:00:00Z", 50, true),
    deployment("2026-01-11T00:00:00Z", 1),
  ]);
  t.same(metrics, {
    deployments: 4,
    deploymentFrequency: 0.4,
    leadTimeForChanges: 6,
    changeFailureRate: 0.5,
    failedDeploymentRecoveryTime: 3,
  });
  const atOnce = doraMetrics({ start: "2026-01-01", end: "2026-01-01" }, [
    deployment("2026-01-01T10:00:00Z", 0),
  ]);
  t.match(atOnce, { leadTimeForChanges: 0, deploymentFrequency: 1 }, "a commit may be deployed at once");
  const yearly = doraMetrics({ start: "2026-01-01", end: "2026-12-31" }, [
    deployment("2026-06-01T10:00:00Z", 1),
  ]);
  t.equal(yearly.deploymentFrequency, 0.0027, "one a year is not none");
  t.throws(() => doraMetrics({ start: "2026-01-02", end: "2026-01-01" }, []), {
    message: /from a start to a later end/,
  });
  t.throws(() => doraMetrics({ start: "2026-01-01", end: "2026-01-02" }, [deployment("x", 1)]), RangeError);
  t.end();
});
