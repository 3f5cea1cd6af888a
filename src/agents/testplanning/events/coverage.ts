import { z } from "zod";

const ratio = z.object({
  covered: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  percent: z.number().min(0).max(100).nullable().describe("Null when there is nothing to cover"),
});

/** Payload of `agents.testplanning.coverage.analyzed`. A figure that a report does not hold is null. */
export const coverageAnalyzedPayload = z.object({
  coverageId: z.string().min(1),
  kind: z.enum(["traceability", "code"]),
  format: z
    .enum(["lcov", "istanbul", "cobertura"])
    .nullable()
    .describe("Of the report; null for traceability"),
  specId: z.string().min(1).nullable(),
  artefactId: z.string().nullable(),
  totals: z.object({
    lines: ratio.nullable(),
    statements: ratio.nullable(),
    functions: ratio.nullable(),
    branches: ratio.nullable(),
    cases: ratio.nullable(),
  }),
  files: z.array(
    z.object({
      path: z.string(),
      lines: ratio.nullable(),
      statements: ratio.nullable(),
      functions: ratio.nullable(),
      branches: ratio.nullable(),
      uncoveredLines: z.array(z.number().int()),
    }),
  ),
  requirements: z.array(
    z.object({
      requirementId: z.string(),
      covered: z.boolean(),
      cases: z.array(z.object({ caseId: z.string(), covered: z.boolean() })),
    }),
  ),
  gaps: z.array(z.string()).describe("What is missing, one sentence each"),
});
export type CoverageAnalyzedPayload = z.infer<typeof coverageAnalyzedPayload>;
