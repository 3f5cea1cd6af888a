import { stripVTControlCharacters } from "node:util";

/**
 * The text of a line as it reads without a terminal: escape sequences gone; of what a program wrote over with lone
 * carriage returns (progress bars) what a terminal shows in the end. The log file keeps all of it.
 */
export function plainText(raw: string): string {
  // Most lines have neither: two searches cost less than one replacement.
  let text = raw.includes("\u001B") || raw.includes("\u009B") ? stripVTControlCharacters(raw) : raw;
  if (text.includes("\r")) text = text.split("\r").findLast((part) => part !== "") ?? "";
  return text;
}
