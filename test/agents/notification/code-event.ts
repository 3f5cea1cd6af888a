import type { CodeGeneratedPayload } from "../../../src/agents/implementation/events.ts";

/** What the implementation agent publishes. */
export const codePayload: CodeGeneratedPayload = {
  specId: "spec-age",
  artefactId: "a1",
  version: 1,
  status: "generated",
  reason: null,
  requirement: "Applicants between 18 and 65 years old, inclusive, are accepted.",
  language: "typescript",
  files: [{ path: "age-rules.ts", role: "source", content: "" }],
  tests: [{ caseId: "TC01", requirementId: null, file: "age-rules.test.ts", name: "TC01" }],
  wording: { by: "template", reason: null },
  generatedBy: null,
  promptRef: null,
};

/** The same for a specification that nothing could be generated from. */
export const skippedPayload: CodeGeneratedPayload = {
  ...codePayload,
  status: "skipped",
  reason: "it states nothing that a test could check",
  files: [],
  tests: [],
};
