import { z } from "zod";
import { codeGeneratedPayload, refactoringSuggestedPayload, reviewCompletedPayload } from "../events.ts";

const createdAt = z.string();

/** One line of the list of artefacts: the latest version of each. */
export const artefactSummary = codeGeneratedPayload
  .pick({ artefactId: true, specId: true, version: true, status: true, language: true, requirement: true })
  .extend({ createdAt });
export type ArtefactSummary = z.infer<typeof artefactSummary>;

/** One line of the list of reviews. */
export const reviewSummary = reviewCompletedPayload.pick({ reviewId: true, verdict: true }).extend({
  findings: z.int().describe("How many there are, those that are not listed included"),
  cwes: z.array(z.string()),
  files: z.int(),
  createdAt,
});
export type ReviewSummary = z.infer<typeof reviewSummary>;

/** A review as it is kept. */
export const keptReview = reviewCompletedPayload.extend({ createdAt });
export type KeptReview = z.infer<typeof keptReview>;

/** A finding and the review that it is from. */
export const reviewedFinding = reviewCompletedPayload.shape.findings.element.extend({
  reviewId: z.string(),
  createdAt,
});
export type ReviewedFinding = z.infer<typeof reviewedFinding>;

/** One line of the list of refactorings. */
export const refactoringSummary = z.object({
  refactoringId: z.string(),
  state: z.enum(["proposed", "applied"]),
  approvedBy: z.string().nullable(),
  files: z.array(z.string()).describe("The first ones that it changes"),
  fileCount: z.int(),
  changes: z.int(),
  goal: refactoringSuggestedPayload.shape.goal.unwrap(),
  createdAt,
});
export type RefactoringSummary = z.infer<typeof refactoringSummary>;
