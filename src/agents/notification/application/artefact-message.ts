import type { CodeGeneratedPayload } from "../../implementation/events.ts";
import { subjectFrom } from "../domain/render.ts";

const LANGUAGES = { typescript: "TypeScript", python: "Python" } as const;

/** What there is to say about an artefact: all of it facts from the event. */
export function artefactMessage(artefact: CodeGeneratedPayload): {
  readonly subject: string;
  readonly message: string;
} {
  const requirement = artefact.requirement.trim();
  const lines =
    artefact.status === "generated"
      ? [
          `Requirement: ${requirement}`,
          `Artefact: ${artefact.artefactId}, version ${artefact.version}, ${LANGUAGES[artefact.language]}`,
          `Files: ${artefact.files.map((file) => file.path).join(", ")}`,
          `Tests: ${artefact.tests.length}, one for each case of specification ${artefact.specId}`,
        ]
      : [
          `Requirement: ${requirement}`,
          `Artefact: ${artefact.artefactId}, version ${artefact.version}, without code`,
          `Reason: ${artefact.reason ?? "none was given"}`,
          `Specification: ${artefact.specId}`,
        ];
  const head = artefact.status === "generated" ? "Code is ready" : "No code was generated";
  return { subject: subjectFrom(`${head}: ${requirement}`), message: lines.join("\n") };
}
