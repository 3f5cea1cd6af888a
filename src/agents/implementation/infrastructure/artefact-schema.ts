import { z } from "zod";
import type { Artefact } from "../domain/artefact.ts";
import { codeGeneratedPayload } from "../events.ts";

const { by, reason } = codeGeneratedPayload.shape.wording.shape;
const { generatedBy, promptRef } = codeGeneratedPayload.shape;

/** An artefact as it is stored. */
export const storedArtefact: z.ZodType<Artefact> = codeGeneratedPayload
  .omit({ etag: true, wording: true, generatedBy: true, promptRef: true })
  .extend({ provenance: z.object({ by, reason, generatedBy, promptRef }), createdAt: z.string() });

/** Which version of which artefact. */
export const storedPlace = codeGeneratedPayload.pick({ artefactId: true, version: true });
