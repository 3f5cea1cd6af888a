import { parseRecipient, recipientText } from "../domain/recipient.ts";
import type { PhoneNumbers } from "./ports.ts";

/** A recipient in its one written form, or what is wrong with it. */
export type CheckedRecipient =
  | { readonly ok: true; readonly recipient: string }
  | { readonly ok: false; readonly problem: string };

/** The form of a recipient, and of a number whether any country can have given it out. */
export async function checkRecipient(text: string, phones: PhoneNumbers): Promise<CheckedRecipient> {
  const parsed = parseRecipient(text);
  if (!parsed.ok) return parsed;
  if (parsed.recipient.kind === "phone") {
    const problem = await phones.problemOf(parsed.recipient.number);
    if (problem !== null) return { ok: false, problem };
  }
  return { ok: true, recipient: recipientText(parsed.recipient) };
}
