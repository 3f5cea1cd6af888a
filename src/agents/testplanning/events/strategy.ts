import { z } from "zod";
import { generatedBy, strength, technique, wording } from "./words.ts";

/** Payload of `agents.testplanning.strategy.created`. */
export const strategyCreatedPayload = z.object({
  strategyId: z.string().min(1),
  name: z.string(),
  summary: z.string(),
  wording: wording.optional(),
  items: z
    .array(
      z.object({
        requirementId: z.string(),
        requirement: z.string(),
        testable: z.boolean(),
        reason: z.string().nullable(),
        strength: strength.nullable(),
        techniques: z.array(technique),
        cases: z.number().int().nonnegative(),
        priority: z.enum(["high", "medium", "low"]).nullable(),
      }),
    )
    .describe("In the order in which to test"),
  totals: z.object({
    requirements: z.number().int().nonnegative(),
    testable: z.number().int().nonnegative(),
    cases: z.number().int().nonnegative(),
  }),
  generatedBy,
  promptRef: z.string(),
});
export type StrategyCreatedPayload = z.infer<typeof strategyCreatedPayload>;
