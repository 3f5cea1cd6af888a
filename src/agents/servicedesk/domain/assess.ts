import { findInstructions } from "./instructions.ts";
import { LEVELS } from "./policy.ts";
import type { Category, Level, Policy } from "./policy.ts";
import { readSignals } from "./signals.ts";
import type { TicketText } from "./signals.ts";

/** What a model proposes; nothing of it is taken on trust. */
export type Proposal = {
  readonly impact: Level;
  readonly urgency: Level;
  readonly category: Category;
  /** Pieces of the ticket, word for word. */
  readonly evidence: readonly string[];
  readonly rationale: string;
};

/** What a priority is made from. */
export type Assessment = {
  readonly impact: Level;
  readonly urgency: Level;
  readonly category: Category;
  readonly affectedUsers: number | null;
  readonly evidence: readonly string[];
  readonly rationale: string;
  /** Whose levels these are. */
  readonly by: "model" | "rules";
  /** What was not taken from the model, and why; null when there is nothing to say. */
  readonly reason: string | null;
};

/** Where the text speaks to the one who classifies it, also over both of its parts: a model is not asked then. */
export function suspicion({ title, body }: TicketText): string | null {
  const [instruction] = [title, body, `${title} ${body}`].flatMap(findInstructions);
  return instruction === undefined
    ? null
    : `the ticket gives instructions ("${instruction.said}"), which are set aside; rules alone decide`;
}

/**
 * The assessment of a ticket. What its words say by themselves is a floor that no model goes below, and a model goes at
 * most one step above it, and only with a quote that really stands in the ticket.
 *
 * @param proposal what a model said, or why none was asked or heard.
 */
export function assess(
  text: TicketText,
  policy: Policy,
  proposal: Proposal | { readonly none: string | null },
): Assessment {
  const signals = readSignals(text, policy);
  const byRules = (reason: string | null): Assessment => {
    const { impact, urgency, category, affectedUsers, evidence } = signals;
    const rationale = describe(impact, urgency, affectedUsers);
    return { impact, urgency, category, affectedUsers, evidence, rationale, by: "rules", reason };
  };
  const suspect = suspicion(text);
  if (suspect !== null) return byRules(suspect);
  if ("none" in proposal) return byRules(proposal.none);
  const quotes = proposal.evidence.filter((quote) => isQuote(quote, text));
  if (quotes.length === 0) {
    return byRules("the model's proposal rests on no words of the ticket");
  }
  const impact = within(proposal.impact, signals.impact, signals.said.impact);
  const urgency = within(proposal.urgency, signals.urgency, signals.said.urgency);
  const held = [
    ...(impact === proposal.impact ? [] : [`impact ${proposal.impact} was held at ${impact}`]),
    ...(urgency === proposal.urgency ? [] : [`urgency ${proposal.urgency} was held at ${urgency}`]),
    ...(quotes.length === proposal.evidence.length
      ? []
      : ["quotes that are not in the ticket were left out"]),
  ];
  return {
    impact,
    urgency,
    category: proposal.category,
    affectedUsers: signals.affectedUsers,
    evidence: [...new Set([...signals.evidence, ...quotes])],
    rationale: proposal.rationale,
    by: "model",
    reason: held.length === 0 ? null : held.join("; "),
  };
}

/** A quote stands in the title or the body, character for character, and says more than a syllable. */
export function isQuote(quote: string, { title, body }: Pick<TicketText, "title" | "body">): boolean {
  return quote.trim().length >= 3 && (title.includes(quote) || body.includes(quote));
}

function within(proposed: Level, signal: Level, said: boolean): Level {
  const at = LEVELS.indexOf(signal);
  const lowest = said ? at : 0;
  return LEVELS[Math.min(Math.max(LEVELS.indexOf(proposed), lowest), at + 1)] ?? signal;
}

function describe(impact: Level, urgency: Level, users: number | null): string {
  const who = users === null ? "no number of affected users is said" : `${users} affected`;
  return `Impact ${impact}, urgency ${urgency} by the words of the ticket (${who}).`;
}
