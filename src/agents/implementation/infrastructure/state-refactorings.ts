import type { AgentKit, HandlerContext, Page, StateUnitOfWork } from "agents-apphost/kit";
import type { PageFilter, Refactorings, StoredRefactoring } from "../application/ports.ts";
import { refactoringSummary } from "../application/summaries.ts";
import type { RefactoringSummary } from "../application/summaries.ts";
import type { Artefact } from "../domain/artefact.ts";
import { diffOfAll } from "../domain/refactor/change-set.ts";
import type { FileChange } from "../domain/refactor/change-set.ts";
import { changedFiles, decide } from "../domain/refactor/proposal.ts";
import type { ApplyRequest, Origin, Refusal } from "../domain/refactor/proposal.ts";
import { refactoringSuggested } from "../events.ts";
import type { RefactoringSuggestedPayload } from "../events.ts";
import { storedArtefact } from "./artefact-schema.ts";
import { addVersion, latestKey } from "./artefact-versions.ts";
import { NewestFirst } from "./newest-first.ts";
import { storedChanges, storedProposal } from "./refactoring-schema.ts";
import type { StoredProposal } from "./refactoring-schema.ts";

/** More of them nobody reads in a list. */
const NAMED_FILES = 5;

const list = new NewestFirst("refactoring-index", refactoringSummary, ({ refactoringId }) => refactoringId);

type Kit = Pick<AgentKit, "state" | "transactState" | "clock">;

/** Refactorings in the Dapr state store: what was proposed and became of it, and beside it the files. */
export class StateRefactorings implements Refactorings {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async add(
    ctx: HandlerContext,
    payload: RefactoringSuggestedPayload,
    changes: readonly FileChange[],
    origin: Origin,
  ): Promise<void> {
    const { diff: _, ...suggestion } = payload;
    const { suggestionId } = payload;
    const createdAt = this.#kit.clock().toISOString();
    // Before, and not in the transaction: a sidecar takes no more than 4 MiB at once. They never change.
    await this.#kit.state.save(changesKey(suggestionId), { files: changes });
    await this.#kit.transactState(ctx, async (tx) => {
      // A command that is run again after a crash has told this already.
      if ((await tx.get(keyOf(suggestionId), storedProposal)) !== null) return;
      const proposal: StoredProposal = { suggestion, origin, state: { at: "proposed" }, createdAt };
      tx.save(keyOf(suggestionId), proposal, { etag: "new" });
      await list.put(tx, summaryOf(proposal, changes));
      tx.emit(refactoringSuggested, payload, { subject: `refactorings/${suggestionId}` });
    });
  }

  async get(refactoringId: string): Promise<StoredRefactoring | null> {
    const proposal = await this.#kit.state.get(keyOf(refactoringId), storedProposal);
    return proposal === null ? null : whole(proposal.value, await this.#changes(refactoringId));
  }

  list({
    state,
    ...page
  }: PageFilter & { readonly state?: RefactoringSummary["state"] | undefined }): Promise<
    Page<RefactoringSummary>
  > {
    return list.page(this.#kit.state, page, (each) => state === undefined || each.state === state);
  }

  async apply(
    ctx: HandlerContext,
    refactoringId: string,
    request: ApplyRequest,
  ): Promise<StoredRefactoring | Refusal | null> {
    const changes = await this.#changes(refactoringId);
    return await this.#kit.transactState(ctx, async (tx) => {
      const entry = await tx.get(keyOf(refactoringId), storedProposal);
      if (entry === null) return null;
      const { origin, state } = entry.value;
      ctx.precondition?.check(`refactoring ${refactoringId}`, state.at === "applied" ? 2 : 1);
      const latest =
        origin.kind === "artefact" ? await tx.get(latestKey(origin.artefactId), storedArtefact) : null;
      const current = origin.kind === "artefact" ? filesOf(latest?.value) : null;
      const verdict = decide(state, changes, request, current);
      if (verdict.at === "refused") return verdict;
      if (verdict.at === "done") return whole(entry.value, changes);
      const { approvedBy } = verdict;
      const appliedAt = this.#kit.clock().toISOString();
      const approval = { refactoringId, approvedBy, approvedAt: appliedAt };
      const artefactVersion = latest === null ? null : await this.#nextVersion(tx, latest, changes, approval);
      const applied: StoredProposal = {
        ...entry.value,
        state: { at: "applied", approvedBy, appliedAt, artefactVersion },
      };
      tx.save(keyOf(refactoringId), applied, { etag: entry.etag });
      await list.put(tx, summaryOf(applied, changes));
      return whole(applied, changes);
    });
  }

  async #nextVersion(
    tx: StateUnitOfWork,
    latest: { readonly value: Artefact; readonly etag: string },
    changes: readonly FileChange[],
    approval: NonNullable<Artefact["approval"]>,
  ): Promise<number> {
    const { artefactId, version: _version, createdAt: _createdAt, files, ...rest } = latest.value;
    const after = new Map(changedFiles(changes).map(({ file, content }) => [file, content]));
    const draft = {
      ...rest,
      files: files.map((file) => ({ ...file, content: after.get(file.path) ?? file.content })),
      approval,
    };
    const place = { latest, createdAt: approval.approvedAt };
    return (await addVersion(tx, artefactId, draft, place)).version;
  }

  async #changes(refactoringId: string): Promise<readonly FileChange[]> {
    return (await this.#kit.state.get(changesKey(refactoringId), storedChanges))?.value.files ?? [];
  }
}

function summaryOf(
  { suggestion, state, createdAt }: StoredProposal,
  changes: readonly FileChange[],
): RefactoringSummary {
  const files = changes.map(({ file }) => file);
  return {
    refactoringId: suggestion.suggestionId,
    state: state.at,
    approvedBy: state.at === "applied" ? state.approvedBy : null,
    files: files.slice(0, NAMED_FILES),
    fileCount: files.length,
    changes: suggestion.rules.length,
    goal: suggestion.goal ?? null,
    createdAt,
  };
}

/** The diff is not kept: it follows from the files and their changes. */
function whole({ suggestion, ...rest }: StoredProposal, changes: readonly FileChange[]): StoredRefactoring {
  return { ...rest, suggestion: { ...suggestion, diff: diffOfAll(changes) }, changes };
}

function filesOf(
  artefact: Artefact | undefined,
): readonly { readonly file: string; readonly content: string }[] {
  return (artefact?.files ?? []).map(({ path, content }) => ({ file: path, content }));
}

function keyOf(refactoringId: string): string {
  return `proposal-${refactoringId}`;
}

function changesKey(refactoringId: string): string {
  return `proposal-${refactoringId}-changes`;
}
