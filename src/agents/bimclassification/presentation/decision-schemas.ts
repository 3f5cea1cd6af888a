import { z } from "zod";
import type { Criteria, Selection } from "../application/decide-many.ts";
import { elementId, inImportOrder } from "./input-schemas.ts";

const by = z.string().min(1).max(100).default("unnamed").describe("Who decides; kept in the history");
const reason = z.string().min(1).max(1000);
const code = z.string().min(1).max(40);
const UNIFORMAT = "UNIFORMAT II";
const systemName = z.string().min(1).max(40);
const suggestionId = z
  .uuid()
  .optional()
  .describe("The suggestion that was seen: another one in the meantime is a 409");

export const approveInput = z.object({ elementId, suggestionId, by });
export const rejectInput = z.object({ elementId, suggestionId, reason, by });
export const applyInput = z.object({ elementId, by });
export const overrideInput = z.object({
  elementId,
  code,
  system: systemName.default(UNIFORMAT).describe("UNIFORMAT II, or OmniClass 21 of your own table"),
  edition: z.string().min(1).max(40).optional().describe("Checked against that of the table"),
  reason: reason.optional(),
  by,
});

const agreement = z.enum(["agrees", "disagrees", "rules-only", "model-only"]);

/** What elements can be looked for by. A body has numbers, a query string texts. */
const criteria = <Confidence extends z.ZodType<number>>(confidence: Confidence) => ({
  code: code.optional().describe("Suggested or approved now"),
  system: systemName.optional().describe("Of the code; UNIFORMAT II"),
  confidenceAtLeast: confidence.optional(),
  agreement: z
    .union([agreement, z.array(agreement).min(1).max(4)])
    .optional()
    .describe("How the model stands to the rules: one value, or several"),
  ifcClass: z.string().min(1).max(64).optional(),
  source: z.string().min(1).max(400).optional().describe("As it was given to the import"),
});

const filter = z
  .strictObject(criteria(z.number().min(0).max(1)))
  .refine(
    (given) => Object.entries(given).some(([key, value]) => key !== "system" && value !== undefined),
    "say at least one thing: a filter that says nothing would be about every element",
  );

/** One transaction: more would keep others from deciding for too long. */
const MANY = 500;

const seen = z.strictObject({
  elementId,
  suggestionId,
  version: z.int().min(1).optional().describe("That was seen, as in the ETag: another one now is a 412"),
});

const many = {
  elements: z
    .array(seen)
    .min(1)
    .max(MANY)
    .refine(
      (elements) => new Set(elements.map((each) => each.elementId)).size === elements.length,
      "an element is given twice",
    )
    .optional(),
  filter: filter.optional().describe("In the place of elements: what ListPending shows for it"),
  limit: z.int().min(1).max(MANY).default(MANY).describe("Of the elements that the filter finds"),
  by,
};

const either = [
  (input: { readonly elements?: unknown; readonly filter?: unknown }): boolean =>
    (input.elements === undefined) !== (input.filter === undefined),
  "give elements or a filter, one of them",
] as const;

export const approveManyInput = z.strictObject(many).refine(...either);
export const rejectManyInput = z.strictObject({ ...many, reason }).refine(...either);
export const applyManyInput = approveManyInput;

export const pendingInput = z.object({
  at: z.enum(["unclassified", "suggested", "rejected", "approved"]).optional(),
  ...criteria(z.coerce.number().min(0).max(1)),
  ...inImportOrder,
});

export const getInput = z.object({ elementId });

export const codesInput = z.object({
  system: z.string().default(UNIFORMAT),
  level: z.coerce.number().int().min(1).max(5).optional(),
  within: z.string().optional().describe("A code: only what lies below it, such as B20"),
});

/** What a filter asks for, as the application has it. */
export function toCriteria(given: z.output<z.ZodObject<ReturnType<typeof criteria>>>): Criteria {
  const { system = UNIFORMAT, ...rest } = given;
  return {
    ...rest,
    code: given.code === undefined ? undefined : { system, code: given.code },
    agreement: given.agreement === undefined ? undefined : [given.agreement].flat(),
  };
}

/** Which elements a decision about many is about. */
export function toSelection(given: Omit<z.output<typeof approveManyInput>, "by">): Selection {
  if (given.filter !== undefined) return { filter: toCriteria(given.filter), limit: given.limit };
  const elements = given.elements ?? [];
  return {
    elements: elements.map((each) => ({
      elementId: each.elementId,
      suggestionId: each.suggestionId ?? null,
      version: each.version ?? null,
    })),
  };
}
