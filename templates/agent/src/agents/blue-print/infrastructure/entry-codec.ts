import { z } from "zod";
import type { EntryEvent } from "../domain/entry.ts";

const label = z.object({
  text: z.string(),
  by: z.enum(["model", "code"]),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
});

/** Stored events, read back. A stored event keeps its shape for ever: a change of one is a new type. */
export const entryCodec: z.ZodType<EntryEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("recorded"), data: z.object({ text: z.string(), label }) }),
]);
