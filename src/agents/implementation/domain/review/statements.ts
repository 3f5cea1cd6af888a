import { ALWAYS_READ } from "./reading-budget.ts";
import type { ReadingBudget } from "./reading-budget.ts";
import type { Dialect } from "./rule.ts";
import type { DiffLine } from "./unified-diff.ts";

/** Neighbouring lines that belong together: a call that goes over several lines is judged as one text. */
export type Statement = {
  readonly lines: readonly DiffLine[];
  readonly text: string;
  /** The whole line is one. */
  readonly comment: boolean;
};

/** What the budget of a review has kept from being read; `from` is the first line that it has touched. */
export type Unread = { readonly from: number; readonly lines: number };

const MAX_LINES = 12;
/** A longer line is no line that a person has written, and rules could take long on it: it is not read. */
export const MAX_LINE = 1000;
/** Longest text of a statement. */
const MAX_TEXT = 4000;

/**
 * The statement that begins at each line: the line, and those after it while a bracket, a template literal or a sum is open.
 * Lines with a gap between them are never put together, and a line that is a comment stands for itself.
 *
 * Where the budget is used up, a line is a statement of its own, and a long one none. Gives back what that has concerned.
 */
export function* statementsOf(
  lines: readonly DiffLine[],
  budget: ReadingBudget,
  dialect: Dialect,
): Generator<Statement, Unread | null> {
  let from: number | null = null;
  let unread = 0;
  for (const [index, first] of lines.entries()) {
    if (first.text.length > MAX_LINE) continue;
    const comment = COMMENTS[dialect].test(first.text);
    const statement = comment ? { lines: [first], text: first.text } : statementAt(lines, index, budget);
    if (budget.take(statement.text)) {
      yield { ...statement, comment };
      continue;
    }
    const isRead = first.text.length <= ALWAYS_READ;
    from ??= first.number;
    unread += Number(!isRead && first.added);
    if (isRead) yield { lines: [first], text: first.text, comment };
  }
  return from === null ? null : { from, lines: unread };
}

/** Lines are only put together where the result may still be read. */
function statementAt(
  lines: readonly DiffLine[],
  index: number,
  budget: ReadingBudget,
): Omit<Statement, "comment"> {
  const [first, ...rest] = lines.slice(index, index + MAX_LINES);
  if (first === undefined) return { lines: [], text: "" };
  const taken: DiffLine[] = [first];
  let text = first.text;
  for (const next of rest) {
    if (next.number !== first.number + taken.length || next.text.length > MAX_LINE) break;
    const length = text.length + 1 + next.text.length;
    if (length > MAX_TEXT || !budget.allows(length) || !isOpen(text)) break;
    taken.push(next);
    text = `${text}\n${next.text}`;
  }
  return { lines: taken, text };
}

/** A whole line that is a comment says nothing about what the program does. Code may stand behind one that is closed. */
const COMMENTS: Readonly<Record<Dialect, RegExp>> = {
  javascript: /^\s*(?:\/\/|\*(?:\s|\/|$)|\/\*(?!.*\*\/\s*\S)|<!--|#!)/,
  python: /^\s*(?:#|>>>)/,
  markup: /^\s*(?:\/\/|\/?\*|<!--(?!.*-->\s*\S))/,
  settings: /^\s*[#;]/,
  other: /^\s*(?:\/\/|#(?!\[)|\/?\*|<!--|--\s)/,
};

/** A backslash of Python's, a sum or an assignment whose value is on the next line. */
const GOES_ON = /(?:\\|[^+]\+|[^=!<>]=)\s*$/;

function isOpen(text: string): boolean {
  if (isOpenText(text)) return true;
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gs, "");
  if (bare.includes("`") || GOES_ON.test(text)) return true;
  const open = bare.match(/[([]/g)?.length ?? 0;
  return open > (bare.match(/[)\]]/g)?.length ?? 0);
}

/** A text of Python's over several lines; of quotes at the begin of a line nobody knows whether they open one. */
function isOpenText(text: string): boolean {
  if (!/"""|'''/.test(text) || /^\s*[rRbBuU]?(?:"""|''')/.test(text)) return false;
  return (text.match(/"""|'''/g)?.length ?? 0) % 2 === 1;
}
