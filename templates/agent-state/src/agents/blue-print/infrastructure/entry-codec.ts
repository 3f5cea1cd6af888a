import { z } from "zod";
import type { Entry } from "../domain/entry.ts";

const label = z.object({
  text: z.string(),
  by: z.enum(["model", "code"]),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
});

/** An entry, read back from the state store. A member may be added; one that is stored keeps its name and meaning. */
export const storedEntry: z.ZodType<Entry> = z.object({ at: z.literal("recorded"), text: z.string(), label });
