import type { Emit } from "agents-apphost/kit";
import {
  classificationApplied,
  suggestionApproved,
  suggestionGenerated,
  suggestionRejected,
} from "../events.ts";
import type { SuggestionGeneratedPayload } from "../events.ts";
import type { ClassificationEvent } from "../domain/classification-event.ts";
import type { ClassificationCode } from "../domain/codes/code-table.ts";
import type { Outcome, Run } from "./ports.ts";

type Told = SuggestionGeneratedPayload["suggestions"][number];

/** Puts into the outbox what others are told about the new events of some elements: one event for all suggestions. */
export function announce(emit: Emit, outcomes: readonly Outcome[], run: Run | undefined): void {
  const suggestions = outcomes.flatMap(suggestionsOf);
  if (suggestions.length > 0 && run !== undefined) {
    const { runId, withoutSuggestion, generatedBy, promptRef } = run;
    const payload = { runId, suggestions, withoutSuggestion: [...withoutSuggestion], generatedBy, promptRef };
    emit(suggestionGenerated, payload, { subject: `suggestions/${runId}` });
  }
  for (const outcome of outcomes) for (const event of outcome.events) announceOne(emit, outcome, event);
}

function suggestionsOf({ elementId, state, events }: Outcome): readonly Told[] {
  const { ifcClass, name } = state.element;
  const status = state.at === "approved" ? "approved" : "suggested";
  return events.flatMap((event) => {
    if (event.type !== "suggested") return [];
    const { suggestionId, suggestion } = event.data;
    const { code, confidence, agreement, reason, ruleId, alternatives, omniClass } = suggestion;
    const words = { confidence, agreement, reason, ruleId, alternatives: [...alternatives], omniClass };
    return [{ suggestionId, elementId, ifcClass, name, code, ...words, status }];
  });
}

function announceOne(emit: Emit, { elementId, state }: Outcome, event: ClassificationEvent): void {
  const subject = `elements/${elementId}`;
  switch (event.type) {
    case "approved": {
      const { suggestionId, code, by } = event.data;
      emit(suggestionApproved, { elementId, suggestionId, code, by, overridden: false }, { subject });
      return;
    }
    case "overridden": {
      const { code, by } = event.data;
      const given = "given" in state ? state.given : null;
      const approved = {
        elementId,
        suggestionId: given?.id ?? null,
        code,
        by: { kind: "person", name: by } as const,
      };
      emit(suggestionApproved, { ...approved, overridden: true }, { subject });
      return;
    }
    case "rejected": {
      const { suggestionId, reason, by } = event.data;
      const code = rejectedCode(state);
      if (code !== null) emit(suggestionRejected, { elementId, suggestionId, code, reason, by }, { subject });
      return;
    }
    case "applied": {
      const { code, by } = event.data;
      emit(classificationApplied, { elementId, ifcClass: state.element.ifcClass, code, by }, { subject });
      return;
    }
    case "imported":
    case "facts-changed":
    case "suggested":
      return;
    default:
      event satisfies never;
  }
}

function rejectedCode(state: Outcome["state"]): ClassificationCode | null {
  return state.at === "rejected" ? state.given.suggestion.code : null;
}
