import { z } from "zod";
import { language, refactoringSuggestedPayload } from "../events.ts";
import type { FileChange } from "../domain/refactor/change-set.ts";

/** A proposal as it is stored, without its diff. */
export const storedProposal = z.object({
  suggestion: refactoringSuggestedPayload.omit({ diff: true }),
  origin: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("request") }),
    z.object({ kind: z.literal("artefact"), artefactId: z.string(), version: z.number() }),
  ]),
  state: z.discriminatedUnion("at", [
    z.object({ at: z.literal("proposed") }),
    z.object({
      at: z.literal("applied"),
      approvedBy: z.string(),
      appliedAt: z.string(),
      artefactVersion: z.number().nullable(),
    }),
  ]),
  createdAt: z.string(),
});
export type StoredProposal = z.infer<typeof storedProposal>;

/** The files of a proposal with their changes, as they are stored. */
export const storedChanges: z.ZodType<{ readonly files: readonly FileChange[] }> = z.object({
  files: z.array(
    z.object({
      file: z.string(),
      content: z.string(),
      language,
      edits: z.array(
        z.object({
          rule: z.string(),
          description: z.string(),
          start: z.number(),
          end: z.number(),
          text: z.string(),
        }),
      ),
      complexity: z.object({ before: z.number(), after: z.number() }),
    }),
  ),
});
