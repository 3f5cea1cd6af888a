import type { Language } from "../generated-code.ts";
import { applyEdits, lineAt, withoutOverlaps } from "./edits.ts";
import type { Edit } from "./edits.ts";
import { makeDiff } from "./make-diff.ts";
import { pythonEdits, typeScriptEdits } from "./rules.ts";

/** One change that keeps what the program does; `line` is the line of the file as it was sent. */
type RefactoringChange = {
  readonly rule: string;
  readonly line: number;
  readonly description: string;
};

/** What there is to suggest for one file. */
type Refactoring = { readonly changes: readonly RefactoringChange[]; readonly diff: string };

/** Suggests changes that make a file easier to read and keep its behaviour; `null` when there are none. */
export function proposeRefactoring(path: string, source: string, language: Language): Refactoring | null {
  const edits = withoutOverlaps(language === "typescript" ? typeScriptEdits(source) : pythonEdits(source));
  if (edits.length === 0) return null;
  return {
    changes: edits.map(({ rule, description, start }) => ({
      rule,
      description,
      line: lineAt(source, start),
    })),
    diff: makeDiff(path, source, applyEdits(source, edits), changedLines(source, edits)),
  };
}

/** The language of a file, by its extension. */
export function languageOf(path: string): Language | undefined {
  if (/\.[cm]?[jt]sx?$/.test(path)) return "typescript";
  return /\.pyi?$/.test(path) ? "python" : undefined;
}

type Lines = { oldStart: number; oldEnd: number; newStart: number; newEnd: number };

/** The runs of lines that edits touch, before and after; two edits of one line are one run. */
function changedLines(source: string, edits: readonly Edit[]): readonly Lines[] {
  const runs: Lines[] = [];
  let shift = 0;
  for (const edit of edits) {
    const oldStart = lineAt(source, edit.start) - 1;
    const oldEnd = lineAt(source, edit.end);
    const grows = edit.text.split("\n").length - source.slice(edit.start, edit.end).split("\n").length;
    const last = runs.at(-1);
    if (last !== undefined && oldStart < last.oldEnd) {
      last.oldEnd = oldEnd;
      last.newEnd = oldEnd + shift + grows;
    } else {
      runs.push({ oldStart, oldEnd, newStart: oldStart + shift, newEnd: oldEnd + shift + grows });
    }
    shift += grows;
  }
  return runs;
}
