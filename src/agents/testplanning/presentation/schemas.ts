import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import { coverageAnalyzedPayload, specGeneratedPayload, strategyCreatedPayload } from "../events.ts";

const requirement = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .regex(/\p{L}/u, "expected a sentence in English")
  .describe("One sentence in English that says what must hold");
const requirementId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/u,
    "expected up to 64 letters, digits, dots, dashes or underscores",
  )
  .describe("The id of the requirement elsewhere; made from its words when left out");

export const generateInput = z
  .object({ requirement, requirementId: requirementId.optional() })
  .meta({ examples: [{ requirement: "Applicants between 18 and 65 years old, inclusive, are accepted." }] });
export const specView = specGeneratedPayload;

export const apiInput = z.object({
  document: z
    .union([z.string().min(1), z.record(z.string(), z.unknown())])
    .describe("An OpenAPI 3.0 or 3.1 document: its text (JSON or YAML), or the object it is"),
  operations: z.array(z.string()).max(500).default([]).describe("Ids of operations; all when left out"),
});
export const apiView = z.object({
  title: z.string(),
  version: z.string(),
  openapi: z.string(),
  specs: z.array(
    z.object({
      specId: z.string(),
      requirementId: z.string(),
      method: z.string(),
      path: z.string(),
      statuses: z.array(z.string()),
      testable: z.boolean(),
      boundaryValues: z.number().int(),
      cases: z.number().int().describe("Of the rules of its inputs"),
      requests: z.number().int().describe("Requests with the status that is documented for them"),
    }),
  ),
  totals: z.object({
    operations: z.number().int(),
    statuses: z.number().int(),
    cases: z.number().int(),
    requests: z.number().int(),
  }),
  gaps: z.array(z.string()).describe("What is missing in the document"),
  notes: z.array(z.string()).describe("What of the document is not tested"),
});

export const strategyInput = z.object({
  name: z.string().trim().min(1).max(200),
  requirements: z.array(generateInput).min(1).max(200),
});
export const strategyView = strategyCreatedPayload;

export const coverageInput = z.object({
  format: z.enum(["lcov", "istanbul", "cobertura"]),
  report: z
    .union([z.string().min(1), z.record(z.string(), z.json())])
    .describe(
      "The text of an lcov trace file, of a Cobertura report, or of Istanbul's coverage-final.json, which may also be sent as the object it is",
    ),
  requirements: z
    .array(z.object({ requirementId, files: z.array(z.string().min(1)).min(1) }))
    .max(1000)
    .optional()
    .describe("Which files implement which requirement"),
});
export const coverageView = coverageAnalyzedPayload;

export const getInput = z.object({ specId: z.string().min(1).max(100) });
const approvals = z.array(
  z.object({ by: z.string(), note: z.string().nullable(), at: z.string().describe("ISO 8601, UTC") }),
);
const approved = z.boolean().describe("Somebody stands up for it");
export const storedSpecView = specGeneratedPayload.extend({ createdAt: z.string(), approved, approvals });

export const approveInput = getInput.extend({
  by: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, "expected a name in one line")
    .describe("Who approves; each person counts once"),
  note: z.string().trim().min(1).max(2000).optional(),
});
export const approvalView = z.object({
  specId: z.string(),
  requirementId: z.string(),
  approved,
  approvals,
});

export const gherkinView = z.object({
  specId: z.string(),
  gherkin: z.string().describe("A Gherkin document: a rule for each rule, a scenario for each case"),
});

/** The lists are ordered by the time and the id of a specification. */
const keys = z.tuple([z.iso.datetime(), z.string()]);

export const listInput = z.object({
  ...pageQuery(keys),
  approved: z.enum(["true", "false"]).optional().describe("Only those that are approved, or are not"),
});

export const specPage = pageOf(
  z.object({
    specId: z.string(),
    requirementId: z.string(),
    requirement: z.string(),
    testable: z.boolean(),
    cases: z.number().int(),
    approved,
    approvedBy: z.array(z.string()),
    createdAt: z.string(),
  }),
);

/** Each row holds all cases of a requirement, so that a page has fewer of them. */
export const matrixInput = z.object(pageQuery(keys, { most: 100, usual: 20 }));
export const matrixPage = pageOf(
  z.object({
    requirementId: z.string(),
    requirement: z.string(),
    specId: z.string(),
    approved,
    status: z.enum(["covered", "partly-covered", "untested", "not-testable"]),
    cases: z.array(z.object({ caseId: z.string(), ruleId: z.string(), covered: z.boolean() })),
    covered: z.number().int(),
    artefactId: z.string().nullable(),
    gaps: z.array(z.string()),
  }),
);
export const gapPage = pageOf(
  z.object({ requirementId: z.string(), specId: z.string(), gaps: z.array(z.string()) }),
);
