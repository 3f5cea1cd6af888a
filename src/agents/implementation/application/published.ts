import type { Artefact, Provenance } from "../domain/artefact.ts";
import type { CodeGeneratedPayload } from "../events.ts";

type Told = Pick<CodeGeneratedPayload, "wording" | "generatedBy" | "promptRef">;

/** Where the words of a result are from, as events and answers have it. */
export function provenanceFields({ by, reason, generatedBy, promptRef }: Provenance): Told {
  return { wording: { by, reason }, generatedBy, promptRef };
}

/** An artefact as events and answers have it. */
export function artefactFields(artefact: Artefact): Omit<CodeGeneratedPayload, "etag"> {
  const { provenance, createdAt: _, approval, files, tests, ...rest } = artefact;
  return {
    ...rest,
    ...(approval === undefined ? {} : { approval }),
    files: [...files],
    tests: [...tests],
    ...provenanceFields(provenance),
  };
}
