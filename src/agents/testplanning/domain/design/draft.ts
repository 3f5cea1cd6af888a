import type { Json } from "../constraint.ts";

/** How a case was found, in the words of ISO/IEC/IEEE 29119-4. */
export type Technique =
  | "equivalence-partitioning"
  | "boundary-value-analysis"
  | "decision-table"
  | "mc-dc"
  | "error-guessing";

/** A value that is written short because it is long. */
export interface Repeated {
  readonly $repeat: string | string[];
  readonly $times: number;
}

export type CaseInput = Json | Repeated;

/** One input to try for a class, before it is checked against the whole rule and numbered. */
export interface Probe {
  readonly input: Json;
  readonly technique: Technique;
  readonly title: string;
}

/** An equivalence class with its inputs, of which at least one stays. */
export interface ClassDraft {
  readonly valid: boolean;
  readonly range: string;
  readonly probes: readonly Probe[];
}

export interface BoundaryDraft {
  readonly value: number | string;
  readonly accept: boolean;
}

/** The tests of one constraint. */
export interface Draft {
  readonly classes: readonly ClassDraft[];
  readonly boundaries: readonly BoundaryDraft[];
}

/** What the other constraints of the rule say: probes of valid classes have to pass it too. */
export type Passes = (input: Json) => boolean;

export const partition = (input: Json, title: string): Probe => ({
  input,
  technique: "equivalence-partitioning",
  title,
});
export const boundary = (input: Json, title: string): Probe => ({
  input,
  technique: "boundary-value-analysis",
  title,
});
export const guess = (input: Json, title: string): Probe => ({ input, technique: "error-guessing", title });

export const nothing: ClassDraft = { valid: false, range: "empty input", probes: [guess("", "Empty input")] };
