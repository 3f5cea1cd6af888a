import { z } from "zod";
import type { ClassificationCode } from "../domain/codes/code-table.ts";

const stored = z.object({ system: z.string(), edition: z.string(), code: z.string(), title: z.string() });

/** A code as the list of elements holds it: the same code is the same text, so that it can be looked for. */
export function codeColumn({ system, edition, code, title }: ClassificationCode): string {
  return JSON.stringify({ system, edition, code, title });
}

export function readCodeColumn(text: string): ClassificationCode {
  return stored.parse(JSON.parse(text));
}
