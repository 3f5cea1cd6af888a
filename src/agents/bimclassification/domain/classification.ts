import type { Approver, ClassificationEvent } from "./classification-event.ts";
import type { ClassificationCode } from "./codes/code-table.ts";
import type { Element } from "./element.ts";
import type { Suggestion } from "./suggestion.ts";

/** A suggestion with the id by which it is approved or rejected. */
export interface Given {
  readonly id: string;
  readonly suggestion: Suggestion;
}

/** A code that somebody stands for. */
export interface Approval {
  readonly code: ClassificationCode;
  readonly by: Approver;
  readonly overridden: boolean;
}

/**
 * The classification of one element.
 *
 *     none ─ unclassified ── suggested ── approved ── applied
 *                │   ↑        │     ↑        ↑           │
 *                │   │        ↓     │        │           │
 *                │   │      rejected┘        │           │
 *                └───┼──── (override) ───────┴───────────┘
 *                    └ (new facts, from suggested and rejected)
 *
 * Only what was approved can be applied. New facts take back what was suggested from the old ones, but never what a person
 * or the configuration has approved.
 */
export type Classification =
  | { readonly at: "none" }
  | { readonly at: "unclassified"; readonly element: Element }
  | { readonly at: "suggested"; readonly element: Element; readonly given: Given }
  | {
      readonly at: "rejected";
      readonly element: Element;
      readonly given: Given;
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly at: "approved";
      readonly element: Element;
      readonly approval: Approval;
      readonly given: Given | null;
    }
  | {
      readonly at: "applied";
      readonly element: Element;
      readonly approval: Approval;
      readonly given: Given | null;
    };

/** An element that was imported. */
export type KnownClassification = Exclude<Classification, { at: "none" }>;

/** Before its first event. */
export const initialClassification: Classification = { at: "none" };

/** Applies one event. An event that does not fit the state leaves it as it is, so that old streams stay readable. */
export function evolve(state: Classification, event: ClassificationEvent): Classification {
  if (event.type === "imported")
    return state.at === "none" ? { at: "unclassified", element: event.data.element } : state;
  if (state.at === "none") return state;
  switch (event.type) {
    case "facts-changed": {
      const { element } = event.data;
      if (state.at === "approved" || state.at === "applied") return { ...state, element };
      return { at: "unclassified", element };
    }
    case "suggested":
      if (state.at === "approved" || state.at === "applied") return state;
      return {
        at: "suggested",
        element: state.element,
        given: { id: event.data.suggestionId, suggestion: event.data.suggestion },
      };
    case "approved": {
      if (state.at !== "suggested") return state;
      const { code, by } = event.data;
      return {
        at: "approved",
        element: state.element,
        approval: { code, by, overridden: false },
        given: state.given,
      };
    }
    case "rejected": {
      if (state.at !== "suggested") return state;
      const { reason, by } = event.data;
      return { ...state, at: "rejected", reason, by };
    }
    case "overridden": {
      const { code, by } = event.data;
      const approval = { code, by: { kind: "person", name: by }, overridden: true } as const;
      return {
        at: "approved",
        element: state.element,
        approval,
        given: "given" in state ? state.given : null,
      };
    }
    case "applied":
      return state.at === "approved" ? { ...state, at: "applied" } : state;
    default:
      return event satisfies never;
  }
}

/** The code that stands for the element now: approved or applied, or suggested; null for none. */
export function presentCode(state: KnownClassification): ClassificationCode | null {
  switch (state.at) {
    case "unclassified":
    case "rejected":
      return null;
    case "suggested":
      return state.given.suggestion.code;
    case "approved":
    case "applied":
      return state.approval.code;
    default:
      return state satisfies never;
  }
}
