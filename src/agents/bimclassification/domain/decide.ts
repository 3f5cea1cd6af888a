import type { Approver, ClassificationEvent } from "./classification-event.ts";
import { evolve, initialClassification } from "./classification.ts";
import type { Classification, KnownClassification } from "./classification.ts";
import type { ClassificationCode } from "./codes/code-table.ts";
import { sameFacts } from "./element.ts";
import type { Element } from "./element.ts";
import type { Suggestion } from "./suggestion.ts";

/** What can be asked of a classification. */
export type ClassificationCommand =
  | { readonly type: "import"; readonly element: Element; readonly source: string }
  | { readonly type: "suggest"; readonly suggestionId: string; readonly suggestion: Suggestion }
  /** `suggestionId` null: whatever is suggested now. */
  | { readonly type: "approve"; readonly suggestionId: string | null; readonly by: Approver }
  | {
      readonly type: "reject";
      readonly suggestionId: string | null;
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly type: "override";
      readonly code: ClassificationCode;
      readonly reason: string | null;
      readonly by: string;
    }
  | { readonly type: "apply"; readonly by: string };

/** A command does not fit the state. `at` says which one it is in. */
export class TransitionRefused extends Error {
  override readonly name = "TransitionRefused";
  readonly at: Classification["at"];

  constructor(message: string, at: Classification["at"]) {
    super(message);
    this.at = at;
  }
}

/** What the kit's event sourcing wants of a domain. */
export const classification = {
  initialState: (): Classification => initialClassification,
  decide,
  evolve,
};

/**
 * The events that a command causes; none when it was done already, as every delivery and every request may come again.
 *
 * @throws TransitionRefused when it does not fit the state.
 */
export function decide(
  command: ClassificationCommand,
  state: Classification,
): readonly ClassificationEvent[] {
  if (command.type === "import") return importElement(command, state);
  if (state.at === "none") throw new TransitionRefused("the element was never imported", state.at);
  switch (command.type) {
    case "suggest":
      return suggest(command, state);
    case "approve":
      return approve(command, state);
    case "reject":
      return reject(command, state);
    case "override":
      return override(command, state);
    case "apply":
      return apply(command, state);
    default:
      return command satisfies never;
  }
}

type Of<Type extends ClassificationCommand["type"]> = Extract<ClassificationCommand, { type: Type }>;
type Events = readonly ClassificationEvent[];

function importElement({ element, source }: Of<"import">, state: Classification): Events {
  if (state.at === "none") return [{ type: "imported", data: { element, source } }];
  return sameFacts(state.element, element) ? [] : [{ type: "facts-changed", data: { element, source } }];
}

function suggest({ suggestionId, suggestion }: Of<"suggest">, state: KnownClassification): Events {
  switch (state.at) {
    case "unclassified":
    case "rejected":
      return [{ type: "suggested", data: { suggestionId, suggestion } }];
    case "suggested": {
      const { id, suggestion: present } = state.given;
      const same = present.code.code === suggestion.code.code && present.confidence === suggestion.confidence;
      return id === suggestionId || same ? [] : [{ type: "suggested", data: { suggestionId, suggestion } }];
    }
    case "approved":
    case "applied":
      throw new TransitionRefused(
        `it is ${state.at} as ${state.approval.code.code}; to change that, override the code`,
        state.at,
      );
    default:
      return state satisfies never;
  }
}

function approve({ suggestionId, by }: Of<"approve">, state: KnownClassification): Events {
  switch (state.at) {
    case "suggested": {
      const { id, suggestion } = state.given;
      assertSeen(suggestionId, id, state);
      return [{ type: "approved", data: { suggestionId: id, code: suggestion.code, by } }];
    }
    case "approved":
    case "applied":
      // The same approval again; another one would be of something that is no longer suggested.
      assertSeen(suggestionId, state.given?.id ?? null, state);
      return [];
    case "unclassified":
      throw new TransitionRefused("nothing is suggested for it yet", state.at);
    case "rejected":
      throw new TransitionRefused(
        "its suggestion was rejected; ask for another one, or override the code",
        state.at,
      );
    default:
      return state satisfies never;
  }
}

function reject({ suggestionId, reason, by }: Of<"reject">, state: KnownClassification): Events {
  switch (state.at) {
    case "suggested":
      assertSeen(suggestionId, state.given.id, state);
      return [{ type: "rejected", data: { suggestionId: state.given.id, reason, by } }];
    case "rejected":
      assertSeen(suggestionId, state.given.id, state);
      return [];
    case "unclassified":
      throw new TransitionRefused("nothing is suggested for it yet", state.at);
    case "approved":
    case "applied":
      throw new TransitionRefused(`it is ${state.at} as ${state.approval.code.code} already`, state.at);
    default:
      return state satisfies never;
  }
}

function override({ code, reason, by }: Of<"override">, state: KnownClassification): Events {
  const same =
    (state.at === "approved" || state.at === "applied") &&
    state.approval.code.system === code.system &&
    state.approval.code.edition === code.edition &&
    state.approval.code.code === code.code;
  return same ? [] : [{ type: "overridden", data: { code, reason, by } }];
}

function apply({ by }: Of<"apply">, state: KnownClassification): Events {
  switch (state.at) {
    case "approved":
      return [{ type: "applied", data: { code: state.approval.code, by } }];
    case "applied":
      return [];
    case "unclassified":
    case "suggested":
    case "rejected":
      throw new TransitionRefused(
        `it is ${state.at}, and only an approved classification is applied`,
        state.at,
      );
    default:
      return state satisfies never;
  }
}

function assertSeen(seen: string | null, present: string | null, state: KnownClassification): void {
  if (seen !== null && seen !== present)
    throw new TransitionRefused("the suggestion that was meant is no longer the present one", state.at);
}
