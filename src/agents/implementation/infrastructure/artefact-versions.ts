import type { StateEntry, StateUnitOfWork } from "agents-apphost/kit";
import { nextVersion } from "../domain/artefact.ts";
import type { Artefact, ArtefactDraft } from "../domain/artefact.ts";
import { shorten } from "../domain/text.ts";
import { codeGenerated } from "../events.ts";
import type { CodeGeneratedPayload } from "../events.ts";
import { storedIndex } from "./artefact-schema.ts";

export const INDEX = "artefact-index";
/** A state store cannot be searched, so the list is a document; older artefacts leave it and stay readable by id. */
const LISTED = 500;

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
  await putIntoIndex(tx, artefact);
  tx.emit(codeGenerated, toPayload(artefact, latest?.etag), { subject: `artefacts/${artefactId}` });
  return artefact;
}

async function putIntoIndex(tx: StateUnitOfWork, artefact: Artefact): Promise<void> {
  const index = await tx.get(INDEX, storedIndex);
  const { artefactId, specId, version, status, language, createdAt } = artefact;
  const requirement = shorten(artefact.requirement, 200);
  const others = (index?.value.items ?? []).filter((item) => item.artefactId !== artefactId);
  const items = [{ artefactId, specId, version, status, language, requirement, createdAt }, ...others];
  tx.save(INDEX, { items: items.slice(0, LISTED) }, { etag: index?.etag ?? "new" });
}

function toPayload(artefact: Artefact, etag: string | undefined): CodeGeneratedPayload {
  const { provenance, createdAt: _, files, tests, ...rest } = artefact;
  return {
    ...rest,
    files: [...files],
    tests: [...tests],
    ...(etag === undefined ? {} : { etag }),
    wording: { by: provenance.by, reason: provenance.reason },
    generatedBy: provenance.generatedBy,
    promptRef: provenance.promptRef,
  };
}

export function latestKey(artefactId: string): string {
  return `artefact-${artefactId}`;
}

export function versionKey(artefactId: string, version: number): string {
  return `artefact-${artefactId}-v${version}`;
}
