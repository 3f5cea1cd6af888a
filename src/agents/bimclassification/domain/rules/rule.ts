import type { Facts } from "./facts.ts";

/**
 * How sure a rule makes: `settled` where a property or a predefined type of IFC says it, `indicated` where words do,
 * `assumed` where it is the usual case of the class and nothing speaks against it.
 */
export type Certainty = "settled" | "indicated" | "assumed";

/** One reason for one code. */
export interface Rule {
  /** Stable name, shown with every suggestion: `wall.external`. */
  readonly id: string;
  /** Entities that it is about, without IFC4's StandardCase. */
  readonly classes: readonly string[];
  /** Of UNIFORMAT II, level 3. */
  readonly code: string;
  readonly certainty: Certainty;
  /** The reason in words. */
  readonly because: string;
  when(facts: Facts): boolean;
  /** Codes that a person might choose instead. */
  readonly alternatives: readonly string[];
}

/** What is known of a class for which no rule decides: what is missing, and what it could be. */
export interface Fallback {
  readonly classes: readonly string[];
  readonly because: string;
  /** Empty: anything. */
  readonly candidates: readonly string[];
}

/** Writes a rule in one line; `classes` and `alternatives` are words. */
export function rule(
  id: string,
  classes: string,
  code: string,
  certainty: Certainty,
  because: string,
  when: (facts: Facts) => boolean = () => true,
  alternatives = "",
): Rule {
  return { id, classes: list(classes), code, certainty, because, when, alternatives: list(alternatives) };
}

export function fallback(classes: string, because: string, candidates = ""): Fallback {
  return { classes: list(classes), because, candidates: list(candidates) };
}

function list(words: string): readonly string[] {
  return words.split(" ").filter((word) => word !== "");
}
