import { z } from "zod";
import { CATEGORIES } from "../domain/policy.ts";
import type { Policy } from "../domain/policy.ts";

const name = z.string().min(1).max(40);
const row = z.strictObject({ high: name, medium: name, low: name });
const minute = z.int().min(0).max(1440);
const date = z.iso.date();

const openHours = z
  .strictObject({ from: minute, to: minute })
  .refine(({ from, to }) => from < to, "expected from before to");

const days = z
  .partialRecord(z.enum(["1", "2", "3", "4", "5", "6", "7"]), z.array(openHours))
  .refine((all) => Object.values(all).some((hours) => hours.length > 0), "expected open hours on some day")
  .refine(
    (all) =>
      Object.values(all).every((hours) => hours.every(({ from }, at) => from >= (hours[at - 1]?.to ?? 0))),
    "expected the open hours of a day in order and without overlap",
  );

/** A year: what takes longer is no service level, and its end would be searched for day by day. */
const allowed = z
  .int()
  .min(1)
  .max(366 * 1440);

const target = z.strictObject({
  responseMinutes: allowed,
  resolutionMinutes: allowed,
  clock: z.enum(["always", "business-hours"]),
});

/** A policy as it stands in a file. */
export const policySchema: z.ZodType<Policy> = z
  .strictObject({
    name,
    priorities: z.array(name).min(1).describe("The most pressing first"),
    matrix: z.strictObject({ high: row, medium: row, low: row }),
    sla: z.record(name, target),
    timeZone: z.string(),
    businessHours: z.strictObject({ days, holidays: z.array(date) }),
    escalation: z.array(
      z.strictObject({
        name,
        team: name,
        rankAtMost: z.int().min(1),
        category: z.enum(CATEGORIES).optional(),
      }),
    ),
    affectedUsers: z.strictObject({ high: z.int().min(1), medium: z.int().min(1) }),
    criticalServices: z.array(z.string().min(2)),
  })
  .check((context) => {
    const { priorities, matrix, sla, affectedUsers, escalation } = context.value;
    if (affectedUsers.medium > affectedUsers.high) {
      const message = "expected at most as many as for high";
      context.issues.push({
        code: "custom",
        message,
        path: ["affectedUsers", "medium"],
        input: affectedUsers,
      });
    }
    for (const [index, { rankAtMost }] of escalation.entries()) {
      if (rankAtMost <= priorities.length) continue;
      const message = `there are ${priorities.length} priorities`;
      context.issues.push({
        code: "custom",
        message,
        path: ["escalation", index, "rankAtMost"],
        input: rankAtMost,
      });
    }
    for (const [impact, cells] of Object.entries(matrix)) {
      for (const [urgency, priority] of Object.entries(cells)) {
        if (priorities.includes(priority)) continue;
        const message = `"${priority}" is none of the priorities ${priorities.join(", ")}`;
        context.issues.push({ code: "custom", message, path: ["matrix", impact, urgency], input: priority });
      }
    }
    for (const priority of priorities) {
      if (sla[priority] !== undefined) continue;
      const message = `there is no SLA for the priority "${priority}"`;
      context.issues.push({ code: "custom", message, path: ["sla", priority], input: sla });
    }
  });
