import type { CoveredCase, GeneratedFile, Language } from "./generated-code.ts";

/** Where the sentences for people come from. `reason` is set where a model's words were not used. */
export type Provenance = {
  readonly by: "model" | "template";
  readonly reason: string | null;
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
};

/** That a person has approved a refactoring; `approvedAt` is ISO 8601 UTC. */
export type Approval = {
  readonly refactoringId: string;
  readonly approvedBy: string;
  readonly approvedAt: string;
};

/** One version of the code of one specification in one language. Never changes; a new generation is a new version. */
export type Artefact = {
  readonly artefactId: string;
  readonly specId: string;
  readonly version: number;
  readonly status: "generated" | "skipped";
  readonly reason: string | null;
  readonly requirement: string;
  readonly language: Language;
  readonly files: readonly GeneratedFile[];
  readonly tests: readonly CoveredCase[];
  readonly provenance: Provenance;
  /** Set where this version came of a refactoring: which one, and who approved it. */
  readonly approval?: Approval | undefined;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
};

/** An artefact without its place among the versions, which only the store knows. */
export type ArtefactDraft = Omit<Artefact, "artefactId" | "version" | "createdAt">;

/** The version after `latest`, or the first. */
export function nextVersion(
  draft: ArtefactDraft,
  place: { readonly artefactId: string; readonly latest: number | null; readonly createdAt: string },
): Artefact {
  const { artefactId, latest, createdAt } = place;
  return { ...draft, artefactId, version: (latest ?? 0) + 1, createdAt };
}
