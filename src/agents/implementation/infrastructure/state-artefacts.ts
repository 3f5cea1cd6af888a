import { createHash } from "node:crypto";
import type { AgentKit, HandlerContext, StateUnitOfWork } from "agents-apphost/kit";
import { codeGenerated } from "../events.ts";
import type { CodeGeneratedPayload } from "../events.ts";
import type { Artefacts, ArtefactSummary } from "../application/ports.ts";
import { nextVersion } from "../domain/artefact.ts";
import type { Artefact, ArtefactDraft } from "../domain/artefact.ts";
import type { Language } from "../domain/generated-code.ts";
import { shorten } from "../domain/text.ts";
import { storedArtefact, storedIndex, storedPlace } from "./artefact-schema.ts";

type Kit = Pick<AgentKit, "state" | "transactState" | "clock">;

const INDEX = "artefact-index";
/** A state store cannot be searched, so the list is a document; older artefacts leave it and stay readable by id. */
const LISTED = 500;

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
      const place = { artefactId, latest: latest?.value.version ?? null, createdAt };
      const artefact = nextVersion(draft, place);
      tx.save(latestKey(artefactId), artefact, { etag: latest?.etag ?? "new" });
      tx.save(versionKey(artefactId, artefact.version), artefact, { etag: "new" });
      tx.save(workKey(ctx.workId), { artefactId, version: artefact.version }, { etag: "new" });
      await putIntoIndex(tx, artefact);
      tx.emit(codeGenerated, toPayload(artefact, latest?.etag), { subject: `artefacts/${artefactId}` });
      return artefact;
    });
  }

  async get(artefactId: string, version?: number): Promise<Artefact | null> {
    const key = version === undefined ? latestKey(artefactId) : versionKey(artefactId, version);
    return (await this.#kit.state.get(key, storedArtefact))?.value ?? null;
  }

  async list(): Promise<readonly ArtefactSummary[]> {
    return (await this.#kit.state.get(INDEX, storedIndex))?.value.items ?? [];
  }
}

/** The same specification in the same language is the same artefact, so that its versions follow one another. */
function artefactIdFor(specId: string, language: Language): string {
  return createHash("sha256").update(`${language}\n${specId}`).digest("hex").slice(0, 32);
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

/** What a request or an event has led to. */
function workKey(workId: string): string {
  return `artefact-of-${workId}`;
}

function latestKey(artefactId: string): string {
  return `artefact-${artefactId}`;
}

function versionKey(artefactId: string, version: number): string {
  return `artefact-${artefactId}-v${version}`;
}
