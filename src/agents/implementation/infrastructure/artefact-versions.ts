import type { StateEntry, StateUnitOfWork } from "agents-apphost/kit";
import { artefactFields } from "../application/published.ts";
import { artefactSummary } from "../application/summaries.ts";
import type { ArtefactSummary } from "../application/summaries.ts";
import { nextVersion } from "../domain/artefact.ts";
import type { Artefact, ArtefactDraft } from "../domain/artefact.ts";
import { shorten } from "../domain/text.ts";
import { codeGenerated } from "../events.ts";
import { NewestFirst } from "./newest-first.ts";

export const artefactList = new NewestFirst(
  "artefact-index",
  artefactSummary,
  ({ artefactId }) => artefactId,
);

/** Writes the next version of an artefact, its line in the list and its event into a unit of work. */
export async function addVersion(
  tx: StateUnitOfWork,
  artefactId: string,
  draft: ArtefactDraft,
  { latest, createdAt }: { readonly latest: StateEntry<Artefact> | null; readonly createdAt: string },
): Promise<Artefact> {
  const artefact = nextVersion(draft, { artefactId, latest: latest?.value.version ?? null, createdAt });
  tx.save(latestKey(artefactId), artefact, { etag: latest?.etag ?? "new" });
  tx.save(versionKey(artefactId, artefact.version), artefact, { etag: "new" });
  await artefactList.put(tx, summaryOf(artefact));
  const replaced = latest === null ? {} : { etag: latest.etag };
  tx.emit(
    codeGenerated,
    { ...artefactFields(artefact), ...replaced },
    { subject: `artefacts/${artefactId}` },
  );
  return artefact;
}

function summaryOf(artefact: Artefact): ArtefactSummary {
  const { artefactId, specId, version, status, language, createdAt } = artefact;
  const requirement = shorten(artefact.requirement, 200);
  return { artefactId, specId, version, status, language, requirement, createdAt };
}

export function latestKey(artefactId: string): string {
  return `artefact-${artefactId}`;
}

export function versionKey(artefactId: string, version: number): string {
  return `artefact-${artefactId}-v${version}`;
}
