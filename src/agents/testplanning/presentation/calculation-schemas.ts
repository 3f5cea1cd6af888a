import { z } from "zod";
import { strength, technique } from "../events.ts";

const name = z.string().trim().min(1).max(200);
const listed = z.array(z.string().max(500)).max(500);

/** No condition at all would fit every combination. */
const notEmpty = [
  (each: object) => Object.keys(each).length > 0,
  { message: "expected at least one condition" },
] as const;

export const formulaInput = z
  .object({
    formula: z
      .string()
      .min(1)
      .max(2000)
      .describe(
        'and, or, not (&&, ||, !) and brackets; a name of several words in quotes: admin or "is active"',
      ),
    impossible: z
      .array(z.record(z.string(), z.boolean()).refine(...notEmpty))
      .max(100)
      .default([])
      .describe("Combinations that cannot occur; a condition that is left out may have any value"),
  })
  .meta({ examples: [{ formula: "admin or (active and not locked)" }] });

export const formulaView = z.object({
  conditions: z.array(z.string()),
  tests: z.array(z.object({ when: z.record(z.string(), z.boolean()), outcome: z.boolean() })),
  shown: z.array(
    z.object({
      condition: z.string(),
      place: z.number().int().describe("Which of the places at which the condition stands, from 1"),
      by: z.enum(["unique-cause", "masking", "none"]),
      tests: z.array(z.number().int()).length(2).nullable().describe("Numbers of two tests, from 1"),
      reason: z.string().nullable().describe("Why not by unique cause"),
    }),
  ),
  expected: z.number().int().describe("n + 1 for n conditions"),
  smallest: z.boolean().describe("Whether it is known that fewer tests would not do"),
});

const cells = z.record(
  z.string(),
  z.union([z.string().max(200), z.array(z.string().max(200)).min(1).max(20)]),
);

export const tableInput = z
  .object({
    name,
    conditions: z
      .array(
        z.object({ name, values: z.array(z.string().min(1).max(200)).min(2).max(20).default(["yes", "no"]) }),
      )
      .min(1)
      .max(12),
    rules: z
      .array(
        z.object({
          id: z.string().min(1).max(50).optional(),
          when: cells.describe('A value or several; "-" or left out: any'),
          actions: z.array(name).max(20),
        }),
      )
      .max(200),
    otherwise: z.array(name).max(20).optional().describe("What is done where no rule fits"),
    impossible: z
      .array(cells.refine(...notEmpty))
      .max(100)
      .default([])
      .describe("Combinations that cannot occur"),
  })
  .meta({
    examples: [
      {
        name: "Discount",
        conditions: [{ name: "member" }, { name: "coupon" }],
        rules: [
          { when: { coupon: "yes" }, actions: ["20 %"] },
          { when: { member: "yes", coupon: "no" }, actions: ["10 %"] },
        ],
      },
    ],
  });

const row = z.array(z.string()).describe("A value for each condition, by their order; - is any");

export const tableView = z.object({
  name: z.string(),
  conditions: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  combinations: z.number().int(),
  impossible: z.number().int(),
  complete: z.boolean().describe("Each possible combination is decided, and by no two rules differently"),
  missing: z.array(row).describe("What no rule decides, collapsed"),
  missingCombinations: z.number().int(),
  contradictions: z.array(
    z.object({ rules: z.array(z.string()).length(2), row, combinations: z.number().int() }),
  ),
  redundant: z.array(z.object({ rule: z.string(), reason: z.string() })),
  collapsed: z.array(
    z.object({
      row,
      actions: z.array(z.string()),
      combinations: z.number().int(),
      test: row,
      rules: z.array(z.string()),
    }),
  ),
  gherkin: z.string(),
});

const test = z
  .object({
    id: z.string().min(1).max(300),
    requirementIds: listed.default([]),
    files: listed.default([]),
    strength: strength.nullable().default(null),
    technique: technique.nullable().default(null),
    durationMs: z.number().min(0).nullable().default(null),
    runs: z.number().int().min(0).default(0),
    failures: z.number().int().min(0).default(0),
    lastFailed: z.boolean().default(false),
  })
  .refine(({ runs, failures }) => failures <= runs, {
    path: ["failures"],
    message: "expected no more failures than runs",
  });

export const priorityInput = z.object({
  tests: z.array(test).max(2000).default([]).describe("With the id of a case: what is known of its runs"),
  specIds: z.array(z.string().min(1).max(100)).max(50).default([]).describe("Their cases are tests too"),
  changed: z
    .object({ files: listed.default([]), requirementIds: listed.default([]) })
    .default({ files: [], requirementIds: [] }),
  budgetMs: z.number().min(0).optional(),
});

export const priorityView = z.object({
  items: z.array(
    z.object({
      rank: z.number().int(),
      id: z.string(),
      reasons: z.array(z.string()),
      cumulativeMs: z.number(),
      withinBudget: z.boolean(),
    }),
  ),
});
