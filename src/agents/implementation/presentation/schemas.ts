import { pageOf, pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import { specGeneratedPayload } from "../../testplanning/events.ts";
import { artefactFields } from "../application/published.ts";
import { artefactSummary, reviewedFinding, reviewSummary } from "../application/summaries.ts";
import { codeGeneratedPayload, language, reviewCompletedPayload } from "../events.ts";
import type { Artefact } from "../domain/artefact.ts";

export const generateInput = z.object({
  spec: specGeneratedPayload
    .extend({ generatedBy: specGeneratedPayload.shape.generatedBy.default(null) })
    .describe("The result of the test planning agent, or the payload of its event"),
  language: language.optional().describe("By default the agent's configured language"),
});

/** An artefact as the API shows it: what its event carries, and when it was made. */
export const artefactView = codeGeneratedPayload.omit({ etag: true }).extend({ createdAt: z.string() });

export const getArtefactInput = z.object({
  artefactId: z.string().min(1).max(100),
  version: z.coerce.number().int().min(1).optional(),
});

/** Ordered by time and id. */
export const listInput = z.object(pageQuery(z.tuple([z.string(), z.string()])));
export const artefactPage = pageOf(artefactSummary);

export const reviewInput = z.object({
  diff: z.string().min(1).max(2_000_000).describe("Unified diff, as git diff writes it"),
});
export const reviewView = reviewCompletedPayload;

export const getReviewInput = z.object({ reviewId: z.string().min(1).max(100) });
export const listReviewsInput = listInput.extend({
  cwe: z
    .string()
    .regex(/^CWE-\d{1,5}$/u, "expected CWE- and a number")
    .optional()
    .describe("Only reviews with a finding of this kind"),
});
export const listFindingsInput = z.object({
  ...pageQuery(z.tuple([z.string(), z.string(), z.int()])),
  cwe: listReviewsInput.shape.cwe.describe("Only findings of this kind"),
  severity: z.enum(["critical", "high", "medium", "low"]).optional(),
  file: z.string().min(1).max(500).optional().describe("A path, or the path of a folder"),
});
export const findingPage = pageOf(reviewedFinding);

export const reviewPage = pageOf(reviewSummary);

export function toArtefactView(artefact: Artefact): z.input<typeof artefactView> {
  return { ...artefactFields(artefact), createdAt: artefact.createdAt };
}
