import type { StandardEvent } from "agents-apphost/kit";
import type { ReviewCompletedPayload } from "../../implementation/events.ts";
import type { CoverageAnalyzedPayload } from "../../testplanning/events.ts";
import type { Signal } from "./ports.ts";

/** What coverage tells about the state of the code. */
export function coverageSignal({
  id,
  subject,
  data,
}: StandardEvent<CoverageAnalyzedPayload>): Omit<Signal, "at"> {
  const { kind, gaps, requirements, totals } = data.payload;
  const of = (["lines", "cases"] as const).flatMap((metric) => {
    const percent = totals[metric]?.percent ?? null;
    return percent === null ? [] : [`${percent} % of ${metric}, `];
  });
  const text = `${kind} coverage: ${of.join("")}${counted(requirements.length, "requirement")}, ${counted(gaps.length, "gap")}`;
  return { eventId: id, kind: "coverage", subject, text };
}

/** What a review tells about it. */
export function reviewSignal({
  id,
  subject,
  data,
}: StandardEvent<ReviewCompletedPayload>): Omit<Signal, "at"> {
  const { verdict, findings, omitted = 0, files } = data.payload;
  const text = `review of ${counted(files.length, "file")}: ${verdict}, ${counted(findings.length + omitted, "finding")}`;
  return { eventId: id, kind: "review", subject, text };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
