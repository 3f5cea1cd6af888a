import { z } from "zod";
import type { ClassificationEvent } from "../domain/classification-event.ts";

const code = z.object({ system: z.string(), edition: z.string(), code: z.string(), title: z.string() });
const text = z.string().nullable();

const element = z.object({
  id: z.string(),
  ifcClass: z.string(),
  name: text,
  description: text,
  objectType: text,
  predefinedType: text,
  typeName: text,
  typeClass: text,
  materials: z.array(z.string()),
  systems: z.array(z.string()),
  storey: text,
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  references: z.array(z.object({ system: z.string(), edition: text, code: z.string(), title: text })),
});

const suggestion = z.object({
  code,
  confidence: z.number(),
  agreement: z.enum(["agrees", "disagrees", "rules-only", "model-only"]),
  reason: z.string(),
  ruleId: text,
  alternatives: z.array(code),
  model: z.object({ code: z.string(), confidence: z.number(), rationale: z.string() }).nullable(),
  modelNote: text,
  omniClass: code.nullable(),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: text,
});

const approver = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("person"), name: z.string() }),
  z.object({ kind: z.literal("configuration"), above: z.number() }),
]);

const facts = z.object({ element, source: z.string() });

/** Stored events, read back. A stored event keeps its shape for ever: a change of one is an upcaster. */
export const classificationCodec: z.ZodType<ClassificationEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("imported"), data: facts }),
  z.object({ type: z.literal("facts-changed"), data: facts }),
  z.object({ type: z.literal("suggested"), data: z.object({ suggestionId: z.string(), suggestion }) }),
  z.object({ type: z.literal("approved"), data: z.object({ suggestionId: z.string(), code, by: approver }) }),
  z.object({
    type: z.literal("rejected"),
    data: z.object({ suggestionId: z.string(), reason: z.string(), by: z.string() }),
  }),
  z.object({ type: z.literal("overridden"), data: z.object({ code, by: z.string(), reason: text }) }),
  z.object({ type: z.literal("applied"), data: z.object({ code, by: z.string() }) }),
]);
