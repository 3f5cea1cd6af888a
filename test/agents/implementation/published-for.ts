import { analyse } from "../../../src/agents/testplanning/domain/analysis.ts";
import { specGeneratedPayload } from "../../../src/agents/testplanning/events.ts";
import type { SpecGeneratedPayload } from "../../../src/agents/testplanning/events.ts";

/** What test planning would publish for a sentence. */
export function publishedFor(requirement: string, specId: string): SpecGeneratedPayload {
  return specGeneratedPayload.parse({
    specId,
    ...analyse(specId, requirement),
    title: requirement.slice(0, 100),
    rationale: "",
    generatedBy: "sample",
    promptRef: "none",
  });
}
