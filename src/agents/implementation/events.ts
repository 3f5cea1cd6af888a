/**
 * The published language of the implementation agent: what its events carry. Other agents may import this
 * file and nothing else of this folder. A field may be added; one that is here keeps its name and meaning.
 */
import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

/** What code is generated in, and refactorings are suggested for. */
export const language = z.enum(["typescript", "python"]);

/** Who worded the texts of a result: a live model, a recording of one, or the built-in sample model. */
const generatedBy = z.enum(["live", "cassette", "sample"]);

/** What every result says about its texts. Behaviour, findings and diffs come from code in every case. */
const provenance = {
  wording: z.object({
    by: z.enum(["model", "template"]).describe("Who wrote the sentences for people"),
    reason: z.string().nullable().describe("Why the fixed template was used; null when a model wrote them"),
  }),
  generatedBy: generatedBy.nullable().describe("Null when no model was asked"),
  promptRef: z.string().nullable().describe("name@version+hash of the prompt; null when no model was asked"),
};

const file = z.object({
  path: z.string().min(1).describe("Path below the artefact's own folder, with forward slashes"),
  role: z.enum(["source", "test"]),
  content: z.string(),
});

const coveredCase = z.object({
  caseId: z.string().min(1).describe("Id of the specification's case that this test runs"),
  requirementId: z.string().nullable(),
  file: z.string().min(1).describe("Path of the file that holds the test"),
  name: z.string().min(1).describe("Title of the test as the test runner prints it"),
});

/** Payload of `agents.implementation.code.generated`: one version of the code of one specification. */
export const codeGeneratedPayload = z.object({
  specId: z.string().min(1),
  artefactId: z.string().min(1),
  version: z.int().min(1).describe("Counts up with each generation from the same specification and language"),
  status: z.enum(["generated", "skipped"]),
  reason: z.string().nullable().describe("Why nothing was generated; null when code was generated"),
  requirement: z.string(),
  language,
  files: z.array(file).describe("Empty when skipped"),
  tests: z.array(coveredCase).describe("One entry per case of the specification that a returned test runs"),
  approval: z
    .object({ refactoringId: z.string(), approvedBy: z.string(), approvedAt: z.string() })
    .optional()
    .describe("The refactoring that this version came of, and the person who approved it"),
  etag: z
    .string()
    .optional()
    .describe("ETag of the stored artefact that this version replaced, if there was one"),
  ...provenance,
});
export type CodeGeneratedPayload = z.infer<typeof codeGeneratedPayload>;

/** Published once per generated or skipped version of an artefact. */
export const codeGenerated = defineEvent("agents.implementation.code.generated", codeGeneratedPayload, {
  description: "Code and its tests were generated from a test specification, or skipped with a reason.",
});

const finding = z.object({
  cwe: z.string().regex(/^CWE-\d+$/),
  title: z.string(),
  severity: z.enum(["critical", "high", "medium", "low"]),
  file: z.string().min(1),
  line: z.int().min(1).describe("Line number in the new version of the file"),
  evidence: z.string().describe("The added line, trimmed"),
  message: z.string().describe("What can go wrong"),
  fix: z.string().describe("What to do instead"),
});

/** Payload of `agents.implementation.review.completed`: the findings on the added lines of one diff. */
export const reviewCompletedPayload = z.object({
  reviewId: z.string().min(1),
  verdict: z.enum(["no-findings", "changes-requested"]),
  files: z.array(
    z.object({
      path: z.string(),
      addedLines: z.int().min(0),
      reviewed: z.boolean().describe("False: searched for secrets alone, or not at all"),
      note: z.string().nullable().optional().describe("Renamed, binary, or lines that were not read"),
    }),
  ),
  findings: z.array(finding),
  omitted: z
    .int()
    .min(0)
    .optional()
    .describe("Findings that are not listed because there are too many: the least severe ones"),
  summary: z.string(),
  ...provenance,
});
export type ReviewCompletedPayload = z.infer<typeof reviewCompletedPayload>;

/** Published when a diff has been reviewed, with findings or without. */
export const reviewCompleted = defineEvent("agents.implementation.review.completed", reviewCompletedPayload, {
  description: "A diff was reviewed for known weaknesses (CWE) on its added lines.",
});

const complexity = z
  .object({ before: z.int().min(1), after: z.int().min(1) })
  .describe("Cyclomatic complexity: decisions and one for each file");

/** Payload of `agents.implementation.refactoring.suggested`: a diff that keeps behaviour. */
export const refactoringSuggestedPayload = z.object({
  suggestionId: z.string().min(1),
  file: z.string().min(1),
  language,
  rules: z.array(
    z.object({
      rule: z.string(),
      file: z.string().optional(),
      line: z.int().min(1),
      description: z.string(),
    }),
  ),
  diff: z.string().describe("Unified diff that `git apply` accepts on the files as they were sent"),
  files: z
    .array(z.object({ file: z.string(), language, complexity }))
    .optional()
    .describe("Every file that the diff changes; `file` and `language` are those of the first"),
  complexity: complexity.optional(),
  goal: z.string().nullable().optional().describe("What was asked for, as it was said"),
  omitted: z.int().min(0).optional().describe("Changes that were left out because there were too many"),
  rationale: z.string(),
  ...provenance,
});
export type RefactoringSuggestedPayload = z.infer<typeof refactoringSuggestedPayload>;

/** Published when a refactoring was found; nothing is published when there is none to suggest. */
export const refactoringSuggested = defineEvent(
  "agents.implementation.refactoring.suggested",
  refactoringSuggestedPayload,
  { description: "A behaviour-keeping change of files was suggested as a diff." },
);

/** Every event type that the implementation agent publishes. */
export const events: readonly EventDefinition[] = [codeGenerated, reviewCompleted, refactoringSuggested];
