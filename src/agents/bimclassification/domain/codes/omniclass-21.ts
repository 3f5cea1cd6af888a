import type { CodeEntry, CodeTable } from "./code-table.ts";

/**
 * OmniClass Table 21 (Elements) belongs to CSI and is not shipped. A user's own copy is read from a file; what can be known
 * without it is the spelling, which is UniFormat's of 2010 written in pairs of digits: A1010.10 is 21-01 10 10 10.
 */

/** A code, or what is wrong with the text. */
export type ParsedOmniClass =
  | { readonly ok: true; readonly code: string; readonly level: number }
  | { readonly ok: false; readonly problem: string };

/** The last major group of UniFormat 2010 is G, so the first pair goes up to 07. */
const CODE = /^21-(0[1-7])((?: \d{2}){0,4})$/;

/** Reads an OmniClass 21 number strictly: `21-02 20 10`. The spelling is checked, not whether the table has it. */
export function parseOmniClass21(text: string): ParsedOmniClass {
  const found = CODE.exec(text);
  if (found === null) {
    const problem = `"${text.slice(0, 40)}" is no OmniClass 21 number; expected 21-, a group from 01 to 07 and pairs of digits, such as 21-02 20 10`;
    return { ok: false, problem };
  }
  const pairs = (found[2] ?? "").trim().split(" ").filter(Boolean);
  if (pairs.includes("00"))
    return { ok: false, problem: `"${text}" has the pair 00, which no OmniClass 21 number has` };
  return { ok: true, code: text, level: pairs.length + 1 };
}

/**
 * The OmniClass 21 spelling of a CSI UniFormat 2010 number, or `undefined` for what is none. Not for UNIFORMAT II: its
 * codes look alike and mean something else in places (C20 is stairs there).
 */
export function omniClassOfUniFormat2010(code: string): string | undefined {
  const found = /^([A-G])(\d{2})?(\d{2})?(?:\.(\d{2}))?$/.exec(code);
  if (found === null) return undefined;
  const [, letter = "", ...pairs] = found;
  const given = pairs.filter((pair) => pair !== undefined);
  // The point stands after the third level only.
  if (pairs[2] !== undefined && pairs[1] === undefined) return undefined;
  const group = String(letter.charCodeAt(0) - 64).padStart(2, "0");
  const written = [`21-${group}`, ...given].join(" ");
  return parseOmniClass21(written).ok ? written : undefined;
}

/** A line of a user's table: number, title and, where the user has worked it out, the UNIFORMAT II code that it stands for. */
export interface OmniClassRow {
  readonly code: string;
  readonly title: string;
  readonly uniformatII: string | null;
}

/** A user's table, with the way from UNIFORMAT II to it. */
export interface OmniClassTable {
  readonly table: CodeTable;
  readonly byUniformat: ReadonlyMap<string, string>;
}

/** One thing that is wrong with a table: the row is counted as the file's reader counts. */
export interface RowIssue {
  readonly row: number;
  readonly message: string;
}

/** Puts a user's table together. Every row must be spelled well, and none may come twice. */
export function omniClassTable(
  rows: readonly { readonly row: number; readonly value: OmniClassRow }[],
  about: { readonly edition: string; readonly source: string },
  isUniformatCode: (code: string) => boolean,
): { readonly table: OmniClassTable; readonly issues: readonly RowIssue[] } {
  const entries = new Map<string, CodeEntry>();
  const byUniformat = new Map<string, string>();
  const issues: RowIssue[] = [];
  for (const { row, value } of rows) {
    const parsed = parseOmniClass21(value.code);
    if (!parsed.ok) issues.push({ row, message: parsed.problem });
    else if (entries.has(parsed.code)) issues.push({ row, message: `${parsed.code} is in the table twice` });
    else if (value.title.trim() === "") issues.push({ row, message: `${parsed.code} has no title` });
    else {
      const parent = parsed.level === 1 ? null : parsed.code.slice(0, -3);
      entries.set(parsed.code, { code: parsed.code, title: value.title.trim(), level: parsed.level, parent });
      if (value.uniformatII === null) continue;
      if (!isUniformatCode(value.uniformatII))
        issues.push({ row, message: `"${value.uniformatII}" is no UNIFORMAT II code` });
      else if (byUniformat.has(value.uniformatII))
        issues.push({ row, message: `${value.uniformatII} is given a second OmniClass number` });
      else byUniformat.set(value.uniformatII, parsed.code);
    }
  }
  return { table: { table: { system: "OmniClass 21", ...about, entries }, byUniformat }, issues };
}
