import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { coverageAnalyzedPayload } from "./events/coverage.ts";
import { specGeneratedPayload } from "./events/spec.ts";
import { strategyCreatedPayload } from "./events/strategy.ts";

/**
 * The published language of `testplanning`: the payloads of its events, and the only file of this agent
 * that another agent may import.
 *
 * Reading a spec: a requirement holds one or more `rules`, each about one `field`. A case names its rule;
 * its `input` is a value of that rule's field, except for the kinds `presence`, `comparison` and `decision`,
 * where it is the object that holds the fields. Numbers in here come from code, never from a model.
 */
export type { Constraint } from "./events/constraint.ts";
export { coverageAnalyzedPayload } from "./events/coverage.ts";
export type { CoverageAnalyzedPayload } from "./events/coverage.ts";
export { repeatedInput, specGeneratedPayload } from "./events/spec.ts";
export type { SpecGeneratedPayload } from "./events/spec.ts";
export { strategyCreatedPayload } from "./events/strategy.ts";
export type { StrategyCreatedPayload } from "./events/strategy.ts";
export { strength, technique } from "./events/words.ts";

/** Published once for every requirement that was analysed, testable or not. */
export const specGenerated = defineEvent("agents.testplanning.spec.generated", specGeneratedPayload, {
  description: "A requirement was turned into equivalence classes, boundary values and test cases.",
});

/** Published when a strategy over several requirements was made. */
export const strategyCreated = defineEvent("agents.testplanning.strategy.created", strategyCreatedPayload, {
  description: "A test strategy for a set of requirements: what to test, how, and in which order.",
});

/** Published for a coverage report, and for generated tests that are traced to their cases. */
export const coverageAnalyzed = defineEvent(
  "agents.testplanning.coverage.analyzed",
  coverageAnalyzedPayload,
  {
    description: "Coverage of a report, or of the cases of a spec by generated tests, was computed.",
  },
);

/** Every event type that the test planning agent publishes. */
export const events: readonly EventDefinition[] = [specGenerated, strategyCreated, coverageAnalyzed];
