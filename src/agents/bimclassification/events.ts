/**
 * The published language of the BIM classification agent: what its events carry. Other agents may import this file and
 * nothing else of this folder. A field may be added; one that is here keeps its name and meaning.
 */
import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

const code = z.object({
  system: z.string().describe("UNIFORMAT II, or OmniClass 21 of the user's own table"),
  edition: z.string().describe("A code means nothing without its edition: ASTM E1557-97"),
  code: z.string(),
  title: z.string(),
});

const generatedBy = z
  .enum(["live", "cassette", "sample"])
  .nullable()
  .describe("Null when no model was asked");
const promptRef = z
  .string()
  .nullable()
  .describe("name@version+hash of the prompt; null when no model was asked");

const suggestion = z.object({
  suggestionId: z.uuid(),
  elementId: z.string(),
  ifcClass: z.string(),
  name: z.string().nullable(),
  code,
  confidence: z.number().min(0).max(1).describe("Made by code from the rules and the model's agreement"),
  agreement: z
    .enum(["agrees", "disagrees", "rules-only", "model-only"])
    .describe("How the model stands to the rules; rules-only when its answer does not count"),
  reason: z.string(),
  ruleId: z.string().nullable(),
  alternatives: z.array(code).describe("The likeliest first"),
  omniClass: code.nullable().describe("Of the user's own table, where it has one for the code"),
  status: z.enum(["suggested", "approved"]).describe("approved: by what was configured, without a person"),
});

/** Payload of `agents.bimclassification.suggestion.generated`: what one run of suggestions came to. */
export const suggestionGeneratedPayload = z.object({
  runId: z.uuid(),
  suggestions: z.array(suggestion).min(1),
  withoutSuggestion: z
    .array(z.object({ elementId: z.string(), reason: z.string() }))
    .describe("Elements that were looked at and for which nothing can be suggested"),
  generatedBy,
  promptRef,
});
export type SuggestionGeneratedPayload = z.infer<typeof suggestionGeneratedPayload>;

/** Published once a run that suggested something new, however many elements it was about. */
export const suggestionGenerated = defineEvent(
  "agents.bimclassification.suggestion.generated",
  suggestionGeneratedPayload,
  { description: "Codes were suggested for elements of a building model." },
);

/** Payload of `agents.bimclassification.suggestion.approved`. */
export const suggestionApprovedPayload = z.object({
  elementId: z.string(),
  suggestionId: z.uuid().nullable().describe("Null when a person set a code where nothing was suggested"),
  code,
  by: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("person"), name: z.string() }),
    z.object({ kind: z.literal("configuration"), above: z.number() }),
  ]),
  overridden: z.boolean().describe("A person set another code than was suggested"),
});

export const suggestionApproved = defineEvent(
  "agents.bimclassification.suggestion.approved",
  suggestionApprovedPayload,
  { description: "Somebody stands for the code of an element." },
);

/** Payload of `agents.bimclassification.suggestion.rejected`. */
export const suggestionRejectedPayload = z.object({
  elementId: z.string(),
  suggestionId: z.uuid(),
  code,
  reason: z.string(),
  by: z.string(),
});

export const suggestionRejected = defineEvent(
  "agents.bimclassification.suggestion.rejected",
  suggestionRejectedPayload,
  { description: "The code that was suggested for an element was rejected." },
);

/** Payload of `agents.bimclassification.classification.applied`. */
export const classificationAppliedPayload = z.object({
  elementId: z.string(),
  ifcClass: z.string(),
  code,
  by: z.string(),
});

export const classificationApplied = defineEvent(
  "agents.bimclassification.classification.applied",
  classificationAppliedPayload,
  { description: "The approved code of an element was applied: an IFC file that is written now carries it." },
);

/** Every event type that the BIM classification agent publishes. */
export const events: readonly EventDefinition[] = [
  suggestionGenerated,
  suggestionApproved,
  suggestionRejected,
  classificationApplied,
];
