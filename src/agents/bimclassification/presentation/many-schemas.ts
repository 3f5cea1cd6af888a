import { z } from "zod";
import type { Decided, ManyDecided } from "../application/decide-many.ts";
import type { Refusal } from "../application/refusal.ts";
import { presentCode } from "../domain/classification.ts";

const OUTCOMES = ["done", "unchanged", "refused"] as const;

export const manyView = z.object({
  done: z.number(),
  unchanged: z.number().describe("Elements that were decided so already"),
  refused: z.number(),
  left: z.number().nullable().describe("Elements that the filter still finds: repeat the request for them"),
  elements: z.array(
    z.object({
      elementId: z.string(),
      outcome: z.enum(OUTCOMES),
      at: z.enum(["unclassified", "suggested", "rejected", "approved", "applied"]).nullable(),
      version: z.number().nullable().describe("Now: the number of its ETag"),
      code: z.string().nullable(),
      problem: z
        .object({ type: z.string(), status: z.number(), detail: z.string(), hint: z.string() })
        .nullable()
        .describe("Why it was refused, as the command about this element alone would have said it"),
    }),
  ),
});

const STATUS: Readonly<Record<Refusal["kind"], number>> = {
  "not-found": 404,
  conflict: 409,
  "precondition-failed": 412,
};

export function toManyView({ elements, left }: ManyDecided): z.input<typeof manyView> {
  const count = (outcome: Decided["outcome"]): number =>
    elements.filter((each) => each.outcome === outcome).length;
  return {
    done: count("done"),
    unchanged: count("unchanged"),
    refused: count("refused"),
    left,
    elements: elements.map((each) => {
      const { elementId, outcome } = each;
      if (each.outcome === "refused") {
        const { kind, detail, hint } = each.refusal;
        const problem = { type: `urn:agents:problem:${kind}`, status: STATUS[kind], detail, hint };
        return { elementId, outcome, at: null, version: null, code: null, problem };
      }
      const { version, state } = each;
      return {
        elementId,
        outcome,
        at: state.at,
        version,
        code: presentCode(state)?.code ?? null,
        problem: null,
      };
    }),
  };
}
