import type { Language } from "../generated-code.ts";
import { applyEdits, lineFinder, withoutOverlaps } from "./edits.ts";
import type { Edit } from "./edits.ts";
import { makeDiff } from "./make-diff.ts";
import { pythonEdits, typeScriptEdits } from "./rules.ts";

/** Everything there is to change in a file, by place; each edit keeps what the program does. */
export function editsFor(source: string, language: Language): readonly Edit[] {
  return withoutOverlaps(language === "typescript" ? typeScriptEdits(source) : pythonEdits(source));
}

/** The diff of one file. */
export function diffOf(path: string, source: string, edits: readonly Edit[]): string {
  return makeDiff(path, source, applyEdits(source, edits), changedLines(source, edits));
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
  const lineAt = lineFinder(source);
  let shift = 0;
  for (const edit of edits) {
    const oldStart = lineAt(edit.start) - 1;
    const oldEnd = lineAt(edit.end);
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
