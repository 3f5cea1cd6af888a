import { z } from "zod";
import type { Artefact } from "../domain/artefact.ts";

const language = z.enum(["typescript", "python"]);
const status = z.enum(["generated", "skipped"]);

/** An artefact as it is stored. */
export const storedArtefact: z.ZodType<Artefact> = z.object({
  artefactId: z.string(),
  specId: z.string(),
  version: z.number(),
  status,
  reason: z.string().nullable(),
  requirement: z.string(),
  language,
  files: z.array(z.object({ path: z.string(), role: z.enum(["source", "test"]), content: z.string() })),
  tests: z.array(
    z.object({
      caseId: z.string(),
      requirementId: z.string().nullable(),
      file: z.string(),
      name: z.string(),
    }),
  ),
  provenance: z.object({
    by: z.enum(["model", "template"]),
    reason: z.string().nullable(),
    generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
    promptRef: z.string().nullable(),
  }),
  approval: z
    .object({ refactoringId: z.string(), approvedBy: z.string(), approvedAt: z.string() })
    .optional(),
  createdAt: z.string(),
});

/** Which version of which artefact. */
export const storedPlace = z.object({ artefactId: z.string(), version: z.number() });
