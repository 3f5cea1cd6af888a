import { applyEdits } from "./edits.ts";
import type { FileChange } from "./change-set.ts";

/** A file with its text. */
export type FileText = { readonly file: string; readonly content: string };

/** Where the files of a proposal come from: the request, or an artefact as it was in one version. */
export type Origin =
  | { readonly kind: "request" }
  | { readonly kind: "artefact"; readonly artefactId: string; readonly version: number };

/** Who has approved a proposal and when it was applied; `artefactVersion` is what came of it. */
export type Application = {
  readonly approvedBy: string;
  /** ISO 8601 UTC. */
  readonly appliedAt: string;
  readonly artefactVersion: number | null;
};

/** A proposal waits for a person, and is applied once. */
export type ProposalState = { readonly at: "proposed" } | ({ readonly at: "applied" } & Application);

/** What a person wants to be done with a proposal. `files` is the content that they mean it for, where they say so. */
export type ApplyRequest = {
  readonly approvedBy: string | null;
  readonly files: readonly FileText[] | null;
};

/** Why a proposal is not applied. */
export type Refusal = {
  readonly at: "refused";
  readonly why: "approval-required" | "already-applied" | "content-changed";
  readonly message: string;
};

/** Apply it; it was applied in this way before, and nothing is to be done; or no. */
export type Verdict =
  | { readonly at: "apply"; readonly approvedBy: string }
  | { readonly at: "done"; readonly application: Application }
  | Refusal;

/**
 * Whether a proposal may be applied: by a person, once, and to the content it was made for. `current` is that of the
 * artefact that it is about, as it is now; null where the files came with the request.
 */
export function decide(
  state: ProposalState,
  changes: readonly Pick<FileChange, "file" | "content">[],
  request: ApplyRequest,
  current: readonly FileText[] | null,
): Verdict {
  const { approvedBy, files } = request;
  if (approvedBy === null)
    return {
      at: "refused",
      why: "approval-required",
      message: "a person has to approve it: approvedBy is missing",
    };
  const other = files === null ? null : firstOther(changes, files);
  switch (state.at) {
    case "applied": {
      if (other === null) return { at: "done", application: state };
      const message = `it was applied once, by ${state.approvedBy} at ${state.appliedAt}, and ${other}`;
      return { at: "refused", why: "already-applied", message };
    }
    case "proposed": {
      const changed = other ?? (current === null ? null : firstOther(changes, current));
      if (changed === null) return { at: "apply", approvedBy };
      return { at: "refused", why: "content-changed", message: changed };
    }
    default:
      return state satisfies never;
  }
}

/** The changed files as they are with the changes. */
export function changedFiles(
  changes: readonly Pick<FileChange, "file" | "content" | "edits">[],
): readonly FileText[] {
  return changes.map(({ file, content, edits }) => ({ file, content: applyEdits(content, edits) }));
}

/** What tells given files from those that a proposal was made for; files that it does not change are not looked at. */
function firstOther(
  changes: readonly Pick<FileChange, "file" | "content">[],
  given: readonly FileText[],
): string | null {
  const texts = new Map(given.map(({ file, content }) => [file, content]));
  for (const { file, content } of changes) {
    const text = texts.get(file);
    if (text === undefined) return `${file} is not there`;
    if (text !== content) return `${file} has another content than the one it was made for`;
  }
  return null;
}
