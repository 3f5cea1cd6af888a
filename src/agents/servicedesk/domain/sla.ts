import { addBusinessTime, businessTimeBetween } from "./business-time.ts";
import type { Zone } from "./business-time.ts";
import type { Policy, Priority } from "./policy.ts";

/** When a ticket is due; ISO 8601 UTC. */
export type Sla = {
  readonly clock: "always" | "business-hours";
  readonly responseDueAt: string;
  readonly resolutionDueAt: string;
};

/** One of the two clocks of a ticket. */
export type SlaClock = {
  readonly dueAt: string;
  /** When it was stopped; null while it runs. */
  readonly metAt: string | null;
  readonly state: "running" | "met" | "breached";
  /** What is left of it, or by how much it is missed (below 0), in minutes of its own clock. */
  readonly minutesLeft: number;
};

const MINUTE = 60_000;

/** When a ticket of a priority that came at an instant is due. Both clocks run from its coming, also after an override. */
export function slaOf(policy: Policy, zone: Zone, priority: Priority, submittedAt: string): Sla {
  const target = policy.sla[priority.name];
  if (target === undefined)
    throw new RangeError(`The policy ${policy.name} has no SLA for ${priority.name}.`);
  const start = Date.parse(submittedAt);
  const due = (minutes: number): string =>
    new Date(
      target.clock === "always"
        ? start + minutes * MINUTE
        : addBusinessTime(policy.businessHours, zone, start, minutes * MINUTE),
    ).toISOString();
  return {
    clock: target.clock,
    responseDueAt: due(target.responseMinutes),
    resolutionDueAt: due(target.resolutionMinutes),
  };
}

/** How a clock stands at an instant. */
export function clockAt(
  policy: Policy,
  zone: Zone,
  clock: Sla["clock"],
  { dueAt, metAt, now }: { readonly dueAt: string; readonly metAt: string | null; readonly now: string },
): SlaClock {
  const [due, at] = [Date.parse(dueAt), Date.parse(metAt ?? now)];
  const late = at > due;
  const [from, to] = late ? [due, at] : [at, due];
  const between = clock === "always" ? to - from : businessTimeBetween(policy.businessHours, zone, from, to);
  const minutes = Math.floor(between / MINUTE);
  const state = late ? "breached" : metAt === null ? "running" : "met";
  return { dueAt, metAt, state, minutesLeft: late && minutes > 0 ? -minutes : minutes };
}
