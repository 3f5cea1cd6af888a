import { createHash } from "node:crypto";
import type { AgentKit, HandlerContext, Page } from "agents-apphost/kit";
import type { Artefacts, PageFilter } from "../application/ports.ts";
import type { ArtefactSummary } from "../application/summaries.ts";
import type { Artefact, ArtefactDraft } from "../domain/artefact.ts";
import type { Language } from "../domain/generated-code.ts";
import { storedArtefact, storedPlace } from "./artefact-schema.ts";
import { addVersion, artefactList, latestKey, versionKey } from "./artefact-versions.ts";

type Kit = Pick<AgentKit, "state" | "transactState" | "clock">;

/** Artefacts in the Dapr state store: the latest version, every version, and the list, each under a key of its own. */
export class StateArtefacts implements Artefacts {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  add(ctx: HandlerContext, draft: ArtefactDraft): Promise<Artefact> {
    const artefactId = artefactIdFor(draft.specId, draft.language);
    const createdAt = this.#kit.clock().toISOString();
    return this.#kit.transactState(ctx, async (tx) => {
      // A command that is run again after a crash has done this already: it is the same version, and is told once.
      const done = await tx.get(workKey(ctx.workId), storedPlace);
      const made =
        done === null
          ? null
          : await tx.get(versionKey(done.value.artefactId, done.value.version), storedArtefact);
      if (made !== null) return made.value;
      const latest = await tx.get(latestKey(artefactId), storedArtefact);
      const artefact = await addVersion(tx, artefactId, draft, { latest, createdAt });
      tx.save(workKey(ctx.workId), { artefactId, version: artefact.version }, { etag: "new" });
      return artefact;
    });
  }

  async get(artefactId: string, version?: number): Promise<Artefact | null> {
    const key = version === undefined ? latestKey(artefactId) : versionKey(artefactId, version);
    return (await this.#kit.state.get(key, storedArtefact))?.value ?? null;
  }

  list(page: PageFilter): Promise<Page<ArtefactSummary>> {
    return artefactList.page(this.#kit.state, page, () => true);
  }
}

/** The same specification in the same language is the same artefact, so that its versions follow one another. */
function artefactIdFor(specId: string, language: Language): string {
  return createHash("sha256").update(`${language}\n${specId}`).digest("hex").slice(0, 32);
}

/** What a request or an event has led to. */
function workKey(workId: string): string {
  return `artefact-of-${workId}`;
}
