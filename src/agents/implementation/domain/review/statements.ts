import type { DiffLine } from "./unified-diff.ts";

/** Neighbouring lines that belong together: a call that goes over several lines is judged as one text. */
export type Statement = { readonly lines: readonly DiffLine[]; readonly text: string };

const MAX_LINES = 12;

/**
 * The statement that begins at each line: the line, and those after it while a bracket or a template literal is open.
 * Lines with a gap between them are never put together.
 */
export function statementsOf(lines: readonly DiffLine[]): readonly Statement[] {
  return lines.map((first, index) => {
    const taken: DiffLine[] = [first];
    while (taken.length < MAX_LINES && isOpen(taken.map((line) => line.text).join("\n"))) {
      const next = lines[index + taken.length];
      if (next === undefined || next.number !== first.number + taken.length) break;
      taken.push(next);
    }
    return { lines: taken, text: taken.map((line) => line.text).join("\n") };
  });
}

/** A whole line that is a comment says nothing about what the program does. */
export function isComment(text: string): boolean {
  return /^\s*(?:\/\/|#(?!\[)|\/?\*|<!--|--\s)/.test(text);
}

function isOpen(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gs, "");
  if (bare.includes("`")) return true;
  const open = bare.match(/[([]/g)?.length ?? 0;
  return open > (bare.match(/[)\]]/g)?.length ?? 0);
}
