import type { Finding } from "./finding.ts";

/** More of them in one review nobody reads, and no event carries. */
const MAX_FINDINGS = 300;

const ORDER: readonly Finding["severity"][] = ["critical", "high", "medium", "low"];

/** The findings that are listed, in their order: of too many the most severe ones, and the first of each kind. */
export function mostSevere(findings: readonly Finding[], limit: number = MAX_FINDINGS): readonly Finding[] {
  if (findings.length <= limit) return findings;
  const firstOfKind = new Map(findings.toReversed().map((finding) => [finding.cwe, finding]));
  const weight = (finding: Finding): number =>
    firstOfKind.get(finding.cwe) === finding ? -1 : ORDER.indexOf(finding.severity);
  const kept = new Set(findings.toSorted((a, b) => weight(a) - weight(b)).slice(0, limit));
  return findings.filter((finding) => kept.has(finding));
}
