import type { Failure } from "./failure.ts";
import type { SprintReport } from "./sprint.ts";

/** Sentences about a report, made from its figures alone. */
export function sprintSummary({
  sprint,
  velocity,
  committed,
  added,
  items,
  carryOver,
  cycleTime,
}: SprintReport): string {
  const scope = added === 0 ? "" : `, and ${added} came later`;
  const cycle = cycleTime.p50 === null ? "" : ` Half of it took ${cycleTime.p50} days or less.`;
  const left =
    carryOver.length === 0
      ? "Nothing is carried over."
      : `Carried over: ${carryOver.map(({ id }) => id).join(", ")}.`;
  return `${sprint.name}: ${velocity} points finished of ${committed} that were committed${scope}; ${items.completed} of ${items.total} items are done.${cycle} ${left}`;
}

/** Sentences about a failure, made from the log alone. */
export function failureSummary({ kind, step, exitCode, evidence }: Failure): string {
  const where = step === null ? "The workflow failed" : `The step "${step}" failed`;
  const code = exitCode === null ? "" : ` with exit code ${exitCode}`;
  const [first] = evidence;
  const why = first === undefined ? "The log does not say why." : `Line ${first.line}: ${first.text}`;
  return `${where}${code}${kind === "unknown" ? "" : ` (${kind})`}. ${why}`;
}

/** Numbers in a model's text that are not in what it was given: it may choose words, never figures. */
export function inventedNumbers(text: string, given: string): readonly string[] {
  const known = new Set(numbersOf(given));
  return [...new Set(numbersOf(text))].filter((number) => !known.has(number));
}

function numbersOf(text: string): readonly string[] {
  return [...text.matchAll(/\d+(?:[.,]\d+)*/g)].map(([number]) => String(Number(number.replaceAll(",", ""))));
}
