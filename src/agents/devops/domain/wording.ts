import { inventedFacts } from "agents-apphost/kit";
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

/** Words that begin a sentence about a report, and are no names. */
const OPENERS = "Sprint Item Items Points Velocity Carried Line Lines Job Build Exit Workflow";

/** What a model's text says that it was not told: figures, names, addresses. It may choose words, never facts. */
export function inventedOf(text: string, given: string): readonly string[] {
  return inventedFacts(text, `${given}\n${OPENERS}`);
}

/** What no summary of a failure says, unless the log said it. "Does not pass" is no claim of success. */
const SUCCESS =
  /(?<!\b(?:not|never|nothing|no longer) |n['’]t )\b(?:pass(?:e[ds]|ing)?|succe(?:eds?|eded|ss|ssful|ssfully)|green|worked|(?:no|without(?: any)?) (?:errors?|failures?|problems?|issues?)|nothing (?:failed|broke|went wrong|is wrong)|all (?:is )?(?:well|good|fine|clear))\b/giu;

/**
 * Where a model's words about a failure claim that it was none. A log may hold text that asks for just that, and a model
 * may do as it is told.
 */
export function claimedSuccess(text: string, given: string): readonly string[] {
  const known = new Set(claimsOf(given));
  return [...new Set(claimsOf(text))].filter((claim) => !known.has(claim));
}

function claimsOf(text: string): readonly string[] {
  const plain = text.normalize("NFKC").replaceAll(/\p{Cf}/gu, "");
  return [...plain.matchAll(SUCCESS)].map(([claim]) => claim.toLowerCase());
}
