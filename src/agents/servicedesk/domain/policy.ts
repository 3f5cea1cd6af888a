import type { BusinessHours } from "./business-time.ts";

/** How much of the business is hit, and how soon it hurts. */
export type Level = "high" | "medium" | "low";

export const LEVELS: readonly Level[] = ["low", "medium", "high"];

/** What a ticket is about; also who looks at it first. A closed list. */
export const CATEGORIES = [
  "access",
  "network",
  "hardware",
  "software",
  "email",
  "security",
  "other",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** A priority of a matrix. Rank 1 is the most pressing. */
export type Priority = { readonly rank: number; readonly name: string };

/** Impact × urgency → name of a priority. */
export type Matrix = Readonly<Record<Level, Readonly<Record<Level, string>>>>;

/** How soon a ticket of a priority is answered and resolved. */
export type SlaTarget = {
  readonly responseMinutes: number;
  readonly resolutionMinutes: number;
  /** Whether nights, weekends and holidays count. */
  readonly clock: "always" | "business-hours";
};

/** A ticket that fits is escalated to the team as soon as it is triaged. The first rule that fits is taken. */
export type EscalationRule = {
  readonly name: string;
  readonly team: string;
  /** Only tickets of this rank or a more pressing one. */
  readonly rankAtMost: number;
  /** Only tickets of this category; of any when left out. */
  readonly category?: Category | undefined;
};

/** Everything that is decided by configuration and not by a model. */
export type Policy = {
  readonly name: string;
  /** Names of the priorities, the most pressing first. */
  readonly priorities: readonly string[];
  readonly matrix: Matrix;
  readonly sla: Readonly<Record<string, SlaTarget>>;
  /** IANA name: Europe/London. */
  readonly timeZone: string;
  readonly businessHours: BusinessHours;
  readonly escalation: readonly EscalationRule[];
  /** From how many affected users on an impact is high or medium. */
  readonly affectedUsers: { readonly high: number; readonly medium: number };
  /** Services whose outage has a high impact, however many people say so. */
  readonly criticalServices: readonly string[];
};

/** The priority of an impact and an urgency. The only way to one, beside a person who overrides it. */
export function priorityOf(policy: Policy, impact: Level, urgency: Level): Priority {
  return priorityNamed(policy, policy.matrix[impact][urgency]);
}

/** @throws RangeError when the policy has no such priority: it was not checked. */
export function priorityNamed(policy: Policy, name: string): Priority {
  const index = policy.priorities.indexOf(name);
  if (index === -1) throw new RangeError(`The policy ${policy.name} has no priority "${name}".`);
  return { rank: index + 1, name };
}

/** Null when no rule fits. */
export function escalationFor(
  policy: Policy,
  ticket: { readonly priority: Priority; readonly category: Category },
): EscalationRule | null {
  return (
    policy.escalation.find(
      ({ rankAtMost, category }) =>
        ticket.priority.rank <= rankAtMost && (category === undefined || category === ticket.category),
    ) ?? null
  );
}
