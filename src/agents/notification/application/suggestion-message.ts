import type { SuggestionGeneratedPayload } from "../../bimclassification/events.ts";
import { subjectFrom } from "../domain/render.ts";

/** Lines of a message about many elements; the rest is in the agent that suggested them. */
const SHOWN = 10;

/** What there is to say about a run of suggested classifications: all of it facts from the event. */
export function suggestionMessage({ suggestions, withoutSuggestion }: SuggestionGeneratedPayload): {
  readonly subject: string;
  readonly message: string;
} {
  const waiting = suggestions.filter((each) => each.status === "suggested");
  const approved = suggestions.length - waiting.length;
  const doubted = waiting.filter((each) => each.agreement === "disagrees").length;
  const shown = (waiting.length > 0 ? waiting : suggestions).slice(0, SHOWN);
  const lines = [
    `Waiting for approval: ${waiting.length}${doubted === 0 ? "" : `, of which the model doubts ${doubted}`}`,
    ...(approved === 0 ? [] : [`Approved by configuration: ${approved}`]),
    ...(withoutSuggestion.length === 0 ? [] : [`Without a suggestion: ${withoutSuggestion.length}`]),
    ...shown.map(
      ({ elementId, ifcClass, name, code, confidence }) =>
        `${ifcClass} ${name ?? elementId}: ${code.code} ${code.title} (${code.system}, ${code.edition}), confidence ${confidence}`,
    ),
    ...(suggestions.length > shown.length ? [`And ${suggestions.length - shown.length} more.`] : []),
  ];
  const head =
    waiting.length === 0
      ? `Classifications were approved by configuration: ${approved}`
      : `Classifications wait for approval: ${waiting.length}`;
  return { subject: subjectFrom(head), message: lines.join("\n") };
}
