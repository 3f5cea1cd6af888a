import { DAY_MS, dayOf, endOf, mean, momentOf, offsetOf, percentile, rounded } from "./moments.ts";

/** A time-box; dates count from their first moment to their last, UTC. */
export interface Sprint {
  readonly name: string;
  readonly start: string;
  readonly end: string;
}

/** One item of a board. */
export interface WorkItem {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  /** Null: nobody has estimated it. */
  readonly points: number | null;
  readonly status: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

/** What a sprint came to; days have two digits, points are as they were given. */
export interface SprintReport {
  readonly sprint: Sprint;
  /** Points of the items that were there when the sprint began, and of those that came later. */
  readonly committed: number;
  readonly added: number;
  /** Points of what was finished in the sprint: its velocity. */
  readonly completed: number;
  readonly velocity: number;
  readonly items: { readonly total: number; readonly completed: number; readonly unestimated: number };
  readonly carryOver: readonly {
    readonly id: string;
    readonly title: string;
    readonly points: number | null;
    readonly status: string;
  }[];
  /** From start to end of the work, and from the wish to its end, in days; percentiles by nearest rank. */
  readonly cycleTime: Spread;
  readonly leadTime: Spread;
  readonly burndown: readonly { readonly date: string; readonly remaining: number; readonly ideal: number }[];
  readonly flow: Flow;
  readonly risks: readonly Risk[];
}

interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p85: number | null;
  readonly mean: number | null;
}

/** Little's law: in the long run, work in progress is throughput times cycle time. */
interface Flow {
  /** Items in work at a moment, averaged over the sprint. */
  readonly averageWip: number;
  /** Finished items a day. */
  readonly throughput: number;
  /** Work in progress divided by throughput, in days; null when nothing was finished. */
  readonly expectedCycleTime: number | null;
}

export interface Risk {
  readonly kind: "carry-over" | "scope-growth" | "unestimated" | "ageing" | "flow";
  readonly text: string;
}

/** Something is wrong with a sprint or an item. `path` leads to it. */
export class SprintInvalid extends Error {
  override readonly name = "SprintInvalid";
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** From when to when, and how many milliseconds the clocks of the team are before UTC. */
type Span = readonly [start: number, end: number, offset: number];

interface Timed extends WorkItem {
  readonly created: number;
  readonly started: number | null;
  readonly finished: number | null;
}

/** Every figure of a sprint, from its items alone. @throws SprintInvalid */
export function analyseSprint(sprint: Sprint, items: readonly WorkItem[]): SprintReport {
  const [start, end] = [momentOf(sprint.start), endOf(sprint.end)];
  if (Number.isNaN(start)) throw new SprintInvalid("sprint.start", "is no ISO 8601 date or time");
  if (Number.isNaN(end)) throw new SprintInvalid("sprint.end", "is no ISO 8601 date or time");
  if (end <= start) throw new SprintInvalid("sprint.end", "is not after the start");
  if (end - start > 366 * DAY_MS)
    throw new SprintInvalid("sprint.end", "is more than a year after the start");
  assertUnique(items);
  // A board goes on after its sprint: what nobody had thought of yet was no part of it.
  const timed = items.map((item, index) => timedItem(item, index)).filter(({ created }) => created < end);

  const isDone = (item: Timed): boolean => item.finished !== null && item.finished < end;
  const inSprint = timed.filter((item) => isDone(item) && (item.finished ?? 0) >= start);
  const open = timed.filter((item) => !isDone(item));
  const early = timed.filter((item) => item.finished !== null && item.finished < start);
  const scope = timed.filter((item) => !early.includes(item));
  const committed = points(scope.filter((item) => item.created <= start));
  const added = points(scope.filter((item) => item.created > start));
  const completed = points(inSprint);
  const cycle = inSprint.flatMap((item) =>
    item.started === null || item.finished === null ? [] : [(item.finished - item.started) / DAY_MS],
  );
  const lead = inSprint.map((item) => ((item.finished ?? 0) - item.created) / DAY_MS);
  const unestimated = scope.filter((item) => item.points === null).length;
  const flow = flowOf(timed, inSprint.length, start, end);
  const cycleTime = spread(cycle);
  return {
    sprint,
    committed,
    added,
    completed,
    velocity: completed,
    items: { total: scope.length, completed: inSprint.length, unestimated },
    carryOver: open.map(({ id, title, points: estimate, status }) => ({
      id,
      title,
      points: estimate,
      status,
    })),
    cycleTime,
    leadTime: spread(lead),
    burndown: burndown(scope, [start, end, offsetOf(sprint.start)]),
    flow,
    risks: risksOf({ open, scope, committed, added, unestimated, cycleTime, flow, end }),
  };
}

function timedItem(item: WorkItem, index: number): Timed {
  const at = (key: "createdAt" | "startedAt" | "completedAt"): number | null => {
    const text = item[key];
    if (text === null) return null;
    const moment = momentOf(text);
    if (Number.isNaN(moment))
      throw new SprintInvalid(`items[${index}].${key}`, "is no ISO 8601 date or time");
    return moment;
  };
  const [created, started] = [at("createdAt") ?? 0, at("startedAt")];
  const finished = endedAt(item.completedAt, at("completedAt"), started ?? created);
  if (finished !== null && finished < (started ?? created))
    throw new SprintInvalid(`items[${index}].completedAt`, "is before the work began");
  if (finished !== null && finished < created)
    throw new SprintInvalid(`items[${index}].completedAt`, "is before the item was created");
  return { ...item, created, started, finished };
}

/** Of a day alone it is not known when on it: work that began on it ended no earlier than it began. */
function endedAt(text: string | null, moment: number | null, begun: number): number | null {
  const isSameDay = text !== null && !text.includes("T") && dayOf(begun) === text;
  return moment !== null && isSameDay ? Math.max(moment, begun) : moment;
}

function assertUnique(items: readonly WorkItem[]): void {
  const seen = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id)) throw new SprintInvalid(`items[${index}].id`, `${id} is given twice`);
    seen.add(id);
  }
}

function points(items: readonly Timed[]): number {
  return rounded(items.reduce((sum, item) => sum + (item.points ?? 0), 0)) ?? 0;
}

function spread(values: readonly number[]): Spread {
  return {
    count: values.length,
    p50: rounded(percentile(values, 50)),
    p85: rounded(percentile(values, 85)),
    mean: rounded(mean(values)),
  };
}

/** What is left at the beginning of each day, and at the end; the ideal falls evenly from what was committed. */
function burndown(scope: readonly Timed[], [start, end, offset]: Span): SprintReport["burndown"] {
  const days = Math.ceil((end - start) / DAY_MS);
  const first = points(scope.filter((item) => item.created <= start));
  return Array.from({ length: days + 1 }, (_, day) => {
    const at = Math.min(start + day * DAY_MS, end);
    const known = scope.filter((item) => item.created <= Math.max(at, start));
    const remaining = points(known.filter((item) => item.finished === null || item.finished >= at));
    return {
      date: dayOf(day === days ? end - 1 : at, offset),
      remaining,
      ideal: rounded((first * (end - at)) / (end - start)) ?? 0,
    };
  });
}

function flowOf(items: readonly Timed[], finished: number, start: number, end: number): Flow {
  const worked = items.reduce((sum, item) => {
    if (item.started === null) return sum;
    const from = Math.max(item.started, start);
    const to = Math.min(item.finished ?? end, end);
    return sum + Math.max(0, to - from);
  }, 0);
  const averageWip = worked / (end - start);
  const throughput = finished / ((end - start) / DAY_MS);
  return {
    averageWip: rounded(averageWip) ?? 0,
    throughput: rounded(throughput) ?? 0,
    expectedCycleTime: finished === 0 ? null : rounded(averageWip / throughput),
  };
}

interface Facts {
  readonly open: readonly Timed[];
  readonly scope: readonly Timed[];
  readonly committed: number;
  readonly added: number;
  readonly unestimated: number;
  readonly cycleTime: Spread;
  readonly flow: Flow;
  readonly end: number;
}

/** What somebody should look at, by fixed rules. */
function risksOf({
  open,
  scope,
  committed,
  added,
  unestimated,
  cycleTime,
  flow,
  end,
}: Facts): readonly Risk[] {
  const risks: Risk[] = [];
  if (open.length > 0)
    risks.push({ kind: "carry-over", text: `${open.length} of ${scope.length} items were not finished` });
  if (committed > 0 && added > committed * 0.1)
    risks.push({
      kind: "scope-growth",
      text: `${added} points came after the start, to ${committed} that were committed`,
    });
  if (unestimated > 0)
    risks.push({
      kind: "unestimated",
      text: unestimated === 1 ? "1 item has no estimate" : `${unestimated} items have no estimate`,
    });
  for (const item of open) {
    if (item.started === null || cycleTime.p85 === null) continue;
    const age = rounded((end - item.started) / DAY_MS) ?? 0;
    if (age > cycleTime.p85)
      risks.push({
        kind: "ageing",
        text: `${item.id} is in work for ${age} days; 85 % were done within ${cycleTime.p85}`,
      });
  }
  const { expectedCycleTime } = flow;
  if (expectedCycleTime !== null && cycleTime.mean !== null && expectedCycleTime > 2 * cycleTime.mean)
    risks.push({
      kind: "flow",
      text: `at this pace what is in work takes ${expectedCycleTime} days, what was finished took ${cycleTime.mean}`,
    });
  return risks;
}
