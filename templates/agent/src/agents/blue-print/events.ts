/** What this agent publishes. Other agents may import this file and nothing else of the folder. */
import { defineEvent } from "agents-apphost/kit";
import type { EventDefinition } from "agents-apphost/kit";
import { z } from "zod";

export const entryRecordedPayload = z.object({
  entryId: z.uuid(),
  text: z.string(),
  label: z.string(),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable().describe("Null when no model was asked"),
});

export const entryRecorded = defineEvent("agents.blue-print.entry.recorded", entryRecordedPayload, {
  description: "An entry was recorded.",
});

export const entryRequested = defineEvent(
  "agents.blue-print.entry.requested",
  z.object({ text: z.string().min(1).max(2000) }),
  { description: "An entry is asked for; any agent may publish it." },
);

export const events: readonly EventDefinition[] = [entryRecorded, entryRequested];
