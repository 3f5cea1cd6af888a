import { Aliases } from "./aliases.ts";
import { hardCodedCredentials, hideSecrets, publishedKeys } from "./credentials.ts";
import { crossSiteScripting } from "./cross-site-scripting.ts";
import { PATH_GUARD, pathTraversal, unsafeDeserialization, weakCryptography } from "./data-rules.ts";
import { codeInjection, commandInjection } from "./injection-rules.ts";
import { sqlInjection } from "./sql-injection.ts";
import { mostSevere } from "./most-severe.ts";
import { dialectOf } from "./rule.ts";
import type { Dialect, ReviewRule } from "./rule.ts";
import type { Finding } from "./finding.ts";
import { ALWAYS_READ, ReadingBudget } from "./reading-budget.ts";
import { MAX_LINE, statementsOf } from "./statements.ts";
import type { Statement, Unread } from "./statements.ts";
import { Names } from "./names.ts";
import type { DiffFile, DiffLine } from "./unified-diff.ts";

/** What was looked at in one file. A file in a language without rules of its own is only searched for secrets. */
type ReviewedFile = {
  readonly path: string;
  readonly addedLines: number;
  readonly reviewed: boolean;
  /** What there is to know of it: that it is binary, renamed, or holds lines that are too long to be read. */
  readonly note: string | null;
};

/** A review of a whole diff; findings stand in the order of the files and lines. */
export type Review = {
  readonly files: readonly ReviewedFile[];
  readonly findings: readonly Finding[];
  /** Findings that are not listed, because there are too many. */
  readonly omitted: number;
  /** Added lines that were not read, or not together with those that they belong to; the notes say which. */
  readonly partly: boolean;
};

const RULES: readonly ReviewRule[] = [
  sqlInjection,
  commandInjection,
  codeInjection,
  crossSiteScripting,
  pathTraversal,
  weakCryptography,
  unsafeDeserialization,
  publishedKeys,
  hardCodedCredentials,
];

const SOURCES: Readonly<Record<Dialect, RegExp>> = {
  javascript:
    /\b(?:req|request|ctx\.request|ctx)\.(?:params?|query|body|headers|cookies|files?|url)\b|\bsearchParams\.get\s*\(/,
  python: /\brequest\.(?:args|form|values|json|files|cookies|headers|GET|POST|query_params|path_params)\b/,
  markup: /(?!)/,
  settings: /(?!)/,
  other: /(?!)/,
};

/**
 * Reviews the added lines of a diff for known weaknesses. Lines around them are read to understand them only.
 *
 * How much the rules read is bounded by the budget; where it is used up, the note of the file says what was not read.
 */
export function reviewDiff(
  files: readonly DiffFile[],
  budget: ReadingBudget = new ReadingBudget(),
  rules: readonly ReviewRule[] = RULES,
): Review {
  const read = files.map((file) => ({ file, ...reviewFile(file, budget, rules) }));
  const found = read.flatMap(({ findings }) => findings);
  const listed = mostSevere(found);
  return {
    files: read.map(({ file, unread }) => ({
      path: file.path,
      addedLines: file.lines.filter((line) => line.added).length,
      reviewed: !file.deleted && !file.binary && !["settings", "other"].includes(dialectOf(file.path)),
      note: noteOf(file, unread),
    })),
    findings: listed,
    omitted: found.length - listed.length,
    partly: read.some(({ file, unread }) => unread !== null || tooLong(file) > 0),
  };
}

function tooLong({ lines }: DiffFile): number {
  return lines.filter(({ added, text }) => added && text.length > MAX_LINE).length;
}

function noteOf(file: DiffFile, unread: Unread | null): string | null {
  const { binary, renamedFrom } = file;
  const long = tooLong(file);
  const notes = [
    ...(renamedFrom === null ? [] : [`renamed from ${renamedFrom}`]),
    ...(binary ? ["binary, so not read"] : []),
    ...(long === 0 ? [] : [`${countOf(long)} of more than ${MAX_LINE} characters not read`]),
    ...(unread === null
      ? []
      : [
          `from line ${unread.from} on lines were read one by one${unread.lines === 0 ? "" : `, and ${countOf(unread.lines)} of more than ${ALWAYS_READ} characters not at all`}: that is more than is read in one review, send the diff in parts`,
        ]),
  ];
  return notes.length === 0 ? null : notes.join("; ");
}

function countOf(lines: number): string {
  return `${lines} ${lines === 1 ? "line" : "lines"}`;
}

function reviewFile(
  file: DiffFile,
  budget: ReadingBudget,
  all: readonly ReviewRule[],
): { readonly findings: readonly Finding[]; readonly unread: Unread | null } {
  const dialect = dialectOf(file.path);
  const rules = all.filter(
    ({ dialects, notIn }) => dialects.includes(dialect) && notIn?.test(file.path) !== true,
  );
  const names = new Names(SOURCES[dialect]);
  const aliases = new Aliases();
  /** Up to where each weakness was reported: lines inside a reported statement are not reported again. */
  const reported = new Map<string, number>();
  const findings: Finding[] = [];
  const statements = statementsOf(file.lines, budget, dialect);
  let next = statements.next();
  for (; next.done !== true; next = statements.next()) {
    const statement = next.value;
    const first = statement.lines[0];
    if (first === undefined) continue;
    const spelledOut = aliases.spelledOut(statement.text);
    for (const rule of rules) {
      if (statement.comment && rule.inComments !== true) continue;
      if ((reported.get(rule.cwe) ?? 0) >= first.number || !rule.found(spelledOut, names, dialect)) continue;
      const line = lineOf(statement, (text) => rule.found(aliases.spelledOut(text), names, dialect));
      if (line === undefined) continue;
      reported.set(rule.cwe, statement.lines.at(-1)?.number ?? first.number);
      findings.push(toFinding(rule, file.path, line));
    }
    if (statement.comment) continue;
    const inOneLine = statement.text.replaceAll("\n", " ");
    names.read(inOneLine, PATH_GUARD);
    aliases.read(inOneLine);
  }
  return { findings: findings.toSorted((a, b) => a.line - b.line), unread: next.value };
}

/** The added line that shows the weakness by itself, else the first added line of the statement; none, no finding. */
function lineOf(statement: Statement, shows: (text: string) => boolean): DiffLine | undefined {
  const added = statement.lines.filter((line) => line.added);
  return added.find((line) => shows(line.text)) ?? added[0];
}

function toFinding(rule: ReviewRule, file: string, line: DiffLine): Finding {
  const { cwe, title, severity, message, fix } = rule;
  const text = line.text.trim();
  return {
    cwe,
    title,
    severity,
    file,
    line: line.number,
    // Hidden first: a secret that is cut has no end to be known by.
    evidence: (cwe === "CWE-798" ? hideSecrets(text) : text).slice(0, 300),
    message,
    fix,
  };
}
