import { blankOut, instructionFinder } from "agents-apphost/kit";
import type { Instruction } from "agents-apphost/kit";
import { toldProperties } from "./element.ts";
import type { Element } from "./element.ts";

const findInstructions = instructionFinder({
  rules: ["list", "table"],
  roles: ["classifier"],
  orders: [
    /\b(?:classify|categori[sz]e|answer|reply|respond|output|return|choose|pick|assign|approve)\b[^.!?\n]{0,40}?\b[a-z]\s?\d{4}\b/,
  ],
});

/**
 * Where a text of an element speaks to whoever classifies it instead of telling what it is; null where none does. A model is
 * not asked about such an element at all.
 */
export function instructionIn(element: Element): Instruction | null {
  const { name, description, objectType, typeName, storey, materials, systems, properties } = element;
  const texts = [name, description, objectType, typeName, storey, ...materials, ...systems].filter(
    (text) => text !== null,
  );
  const values = toldProperties(properties).flatMap(([key, value]) =>
    typeof value === "string" ? [key, value] : [key],
  );
  for (const text of [...texts, ...values]) {
    const [found] = findInstructions(text);
    if (found !== undefined) return found;
  }
  return null;
}

/** The text with blanks in the place of its instructions: the words of an order are no facts. */
export function withoutInstructions(text: string): string {
  return blankOut(text, findInstructions(text));
}
