import type { Language } from "../generated-code.ts";
import { cyclomaticComplexity } from "./complexity.ts";
import { applyEdits, lineFinder } from "./edits.ts";
import type { Edit } from "./edits.ts";
import { diffOf, editsFor } from "./refactor.ts";

/** A file to look at. */
export type SourceFile = { readonly file: string; readonly content: string; readonly language: Language };

/** Decisions and one, of a file as it was and as it would be. */
export type Complexity = { readonly before: number; readonly after: number };

/** A file with what there is to change in it. */
export type FileChange = SourceFile & {
  readonly edits: readonly Edit[];
  readonly complexity: Complexity;
};

/** One change as people read of it; `line` is the line of the file as it was sent. */
export type Change = {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly description: string;
};

/** Changes of several files that belong together; `omitted` are those that were one too many. */
export type ChangeSet = { readonly files: readonly FileChange[]; readonly omitted: number };

/** More than that nobody reads before approving. */
const MAX_CHANGES = 1000;

/**
 * What there is to change in these files, of one kind where it is named; `null` when there is nothing. No file becomes more
 * complex by it: changes after which it would be are left out.
 */
export function proposeChanges(
  sources: readonly SourceFile[],
  only: string | null,
  limit: number = MAX_CHANGES,
): ChangeSet | null {
  const files: FileChange[] = [];
  let left = limit;
  let omitted = 0;
  for (const source of sources) {
    const found = editsFor(source.content, source.language).filter(
      ({ rule }) => only === null || rule === only,
    );
    const edits = found.slice(0, left);
    omitted += found.length - edits.length;
    if (edits.length === 0) continue;
    const before = cyclomaticComplexity(source.content, source.language);
    const after = cyclomaticComplexity(applyEdits(source.content, edits), source.language);
    if (after > before) continue;
    left -= edits.length;
    files.push({ ...source, edits, complexity: { before, after } });
  }
  return files.length === 0 ? null : { files, omitted };
}

/** One unified diff of all files, which `git apply` takes whole or not at all. */
export function diffOfAll(files: readonly Pick<FileChange, "file" | "content" | "edits">[]): string {
  return files.map(({ file, content, edits }) => diffOf(file, content, edits)).join("");
}

/** The changes with their places, in the order of the files and lines. */
export function changesOf(files: readonly FileChange[]): readonly Change[] {
  return files.flatMap(({ file, content, edits }) => {
    const lineAt = lineFinder(content);
    return edits.map(({ rule, description, start }) => ({ rule, file, line: lineAt(start), description }));
  });
}

/** The complexity of all files together. */
export function totalComplexity(files: readonly Pick<FileChange, "complexity">[]): Complexity {
  return {
    before: files.reduce((sum, { complexity }) => sum + complexity.before, 0),
    after: files.reduce((sum, { complexity }) => sum + complexity.after, 0),
  };
}
