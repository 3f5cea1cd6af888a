import type { SpecGeneratedPayload } from "../../../src/agents/testplanning/events.ts";

const VALUES = [
  [17, "reject"],
  [18, "accept"],
  [19, "accept"],
  [64, "accept"],
  [65, "accept"],
  [66, "reject"],
  ["", "reject"],
  ["abc", "reject"],
] as const;

/** What the test planning agent publishes for the sentence about applicants. */
export const ageSpec: SpecGeneratedPayload = {
  specId: "spec-age",
  requirementId: "REQ-1",
  requirement: "Applicants between 18 and 65 years old, inclusive, are accepted.",
  testable: true,
  reason: null,
  title: "Age of applicants",
  rationale: "",
  assumptions: [],
  rules: [
    {
      id: "R1",
      subject: "the age of an applicant",
      field: "age",
      strength: "must",
      constraint: {
        kind: "range",
        min: 18,
        minInclusive: true,
        max: 65,
        maxInclusive: true,
        step: 1,
        whole: false,
        multipleOf: null,
        accepts: "inside",
        unit: "years",
      },
    },
  ],
  classes: [{ id: "C1", ruleId: "R1", valid: true, range: "18..65" }],
  boundaryValues: [{ ruleId: "R1", value: 18, accept: true }],
  cases: VALUES.map(([input, expected], index) => ({
    id: `REQ-1-TC${String(index + 1).padStart(2, "0")}`,
    requirementId: "REQ-1",
    ruleId: "R1",
    classId: "C1",
    title: `${JSON.stringify(input)} is ${expected}ed`,
    input,
    expected,
    technique: "boundary-value-analysis",
  })),
  generatedBy: "sample",
  promptRef: "generate-spec@1.0.0+000000000000",
};

/** What it publishes for a sentence that states nothing testable. */
export const untestableSpec: SpecGeneratedPayload = {
  ...ageSpec,
  specId: "spec-none",
  requirement: "The interface should be user friendly.",
  testable: false,
  reason: "It states no value, size or member that a test could check.",
  rules: [],
  classes: [],
  boundaryValues: [],
  cases: [],
};
