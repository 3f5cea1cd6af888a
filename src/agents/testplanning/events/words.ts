import { z } from "zod";

/** How binding a rule is (RFC 2119). A plain statement without a keyword counts as `must`. */
export const strength = z.enum(["must", "should", "may"]);

/** How a case was found, in the words of ISO/IEC/IEEE 29119-4. */
export const technique = z.enum([
  "equivalence-partitioning",
  "boundary-value-analysis",
  "decision-table",
  "mc-dc",
  "error-guessing",
]);

/** Where the words of a result come from. */
export const generatedBy = z.enum(["live", "cassette", "sample"]);

/** Who worded the title and the text; `reason` says why the fixed text stands in for the model's. */
export const wording = z.object({ by: z.enum(["model", "template"]), reason: z.string().nullable() });
