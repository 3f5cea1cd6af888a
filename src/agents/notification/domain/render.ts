import { inventedFacts } from "agents-apphost/kit";
import type { Content, Wording } from "./notification-event.ts";
import { smsText } from "./sms.ts";

/** A model's sentence that opens the message, and who wrote it; or why there is none. */
export type Opening =
  | {
      readonly from: "model";
      readonly text: string;
      readonly generatedBy: "live" | "cassette" | "sample";
      readonly promptRef: string;
    }
  | { readonly from: "nobody"; readonly reason: string };

/** What the text is made from. */
export type RenderInput = { readonly recipient: string; readonly subject: string; readonly message: string };

/** Parts of a short message, at most. */
export const SMS_SEGMENTS = 3;

/**
 * Makes the text that is sent: the opening, then the message word for word. So a model can add a tone but can
 * neither lose nor change what is to be said; an opening with an invented fact is left out, and `wording` says so.
 */
export function render(input: RenderInput, opening: Opening, segments: number = SMS_SEGMENTS): Content {
  const wording = judge(input, opening);
  const body =
    wording.by === "model" && opening.from === "model"
      ? `${oneLine(opening.text)}\n\n${input.message}`
      : input.message;
  const subject = oneLine(input.subject);
  return { subject, body, sms: smsText(subject, input.message, segments), wording };
}

/** Something that is more than spaces, control characters and those that nobody sees. */
export const READABLE: RegExp = /[^\s\p{Cc}\p{Cf}]/u;

/** A subject for a message that came without one: its first line that can be read. */
export function subjectFrom(message: string): string {
  const first = oneLine(message.split("\n").find((line) => READABLE.test(line)) ?? "");
  const characters = Array.from(first);
  return characters.length <= 80 ? first : `${characters.slice(0, 79).join("").trimEnd()}…`;
}

function judge(input: RenderInput, opening: Opening): Wording {
  if (opening.from === "nobody")
    return { by: "template", reason: opening.reason, generatedBy: null, promptRef: null };
  const { generatedBy, promptRef } = opening;
  if (generatedBy === "sample" && opening.text.startsWith("[sample]")) {
    return { by: "template", reason: "the sample model has no words of its own", generatedBy, promptRef };
  }
  const invented = inventedFacts(opening.text, `${input.recipient}\n${input.subject}\n${input.message}`);
  if (invented.length === 0) return { by: "model", reason: null, generatedBy, promptRef };
  const reason = `the model's words hold what was not in its input: ${invented.join(", ")}`;
  return { by: "template", reason, generatedBy, promptRef };
}

/** A text without line breaks: in a mail's subject, which is a header, one would start another header. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
