import { z } from "zod";
import type { Entry } from "../domain/entry.ts";

export const recordInput = z
  .object({
    entryId: z.uuid().optional().describe("Left out: a new one"),
    text: z.string().min(1).max(2000),
  })
  .meta({ examples: [{ text: "The printer on the second floor is out of toner again." }] });

export const getInput = z.object({ entryId: z.uuid() });

export const entryView = z.object({
  entryId: z.uuid(),
  text: z.string(),
  label: z.string(),
  labelledBy: z.enum(["model", "code"]),
  generatedBy: z.enum(["live", "cassette", "sample"]).nullable(),
  promptRef: z.string().nullable(),
});

/** What the command answers: who made the label stands beside the result of every command, so that a replay has the same one. */
export const recordOutput = entryView.omit({ generatedBy: true, promptRef: true });

/** An entry as the API shows it; `undefined` where there is none. */
export function toView(entryId: string, entry: Entry): z.input<typeof entryView> | undefined {
  if (entry.at === "none") return undefined;
  const { text, label } = entry;
  const { generatedBy, promptRef } = label;
  return { entryId, text, label: label.text, labelledBy: label.by, generatedBy, promptRef };
}
