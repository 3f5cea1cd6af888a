import type { ClassificationCommand, TransitionRefused } from "../domain/decide.ts";
import type { Attempted } from "./ports.ts";

/** Why a decision about an element was not taken, as the problem document of one alone would say it. */
export interface Refusal {
  readonly kind: "not-found" | "conflict" | "precondition-failed";
  readonly detail: string;
  readonly hint: string;
}

/** The words for what was not done. */
export function refusal(attempted: Exclude<Attempted, { readonly at: "decided" }>): Refusal {
  const { elementId } = attempted;
  switch (attempted.at) {
    case "unknown":
      return { kind: "not-found", detail: `There is no element ${elementId}.`, hint: HINTS.none };
    case "moved":
      return {
        kind: "precondition-failed",
        detail: `The element ${elementId} is at version ${attempted.version} now.`,
        hint: "Someone else changed it: read it again.",
      };
    case "refused":
      return { kind: "conflict", ...conflictWords(elementId, attempted.command, attempted.error) };
    default:
      return attempted satisfies never;
  }
}

/** What is said of a decision that does not fit the state of its element. */
export function conflictWords(
  elementId: string,
  command: ClassificationCommand["type"],
  { message, at }: TransitionRefused,
): { readonly detail: string; readonly hint: string } {
  return { detail: `The element ${elementId} cannot be ${DONE[command]}: ${message}.`, hint: HINTS[at] };
}

const DONE: Readonly<Record<ClassificationCommand["type"], string>> = {
  import: "imported",
  suggest: "classified",
  approve: "approved",
  reject: "rejected",
  override: "overridden",
  apply: "applied",
};

const HINTS: Readonly<Record<TransitionRefused["at"], string>> = {
  none: "Import it first.",
  unclassified: "Ask for a suggestion, or override the code.",
  suggested: "Read the element: its present suggestion is to be approved or rejected.",
  rejected: "Ask for another suggestion, or override the code.",
  approved: "Apply it, or override the code.",
  applied: "Override the code where it is wrong, and apply it again.",
};
