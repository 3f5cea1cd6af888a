import type { DiffLine } from "./unified-diff.ts";

/** Neighbouring lines that belong together: a call that goes over several lines is judged as one text. */
export type Statement = { readonly lines: readonly DiffLine[]; readonly text: string };

const MAX_LINES = 12;
/** A longer line is no line that a person has written, and rules could take long on it: it is not read. */
export const MAX_LINE = 1000;
/** Longest text of a statement. */
const MAX_TEXT = 4000;

/**
 * The statement that begins at each line: the line, and those after it while a bracket or a template literal is open.
 * Lines with a gap between them are never put together.
 */
export function statementsOf(lines: readonly DiffLine[]): readonly Statement[] {
  return lines.flatMap((first, index) => {
    if (first.text.length > MAX_LINE) return [];
    const taken: DiffLine[] = [first];
    let text = first.text;
    while (taken.length < MAX_LINES && isOpen(text)) {
      const next = lines[index + taken.length];
      if (next === undefined || next.number !== first.number + taken.length) break;
      if (text.length + next.text.length > MAX_TEXT || next.text.length > MAX_LINE) break;
      taken.push(next);
      text = `${text}\n${next.text}`;
    }
    return [{ lines: taken, text }];
  });
}

/** A whole line that is a comment says nothing about what the program does. */
export function isComment(text: string): boolean {
  return /^\s*(?:\/\/|>>>|#(?!\[)|\/?\*|<!--|--\s)/.test(text);
}

function isOpen(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gs, "");
  if (bare.includes("`")) return true;
  const open = bare.match(/[([]/g)?.length ?? 0;
  return open > (bare.match(/[)\]]/g)?.length ?? 0);
}
