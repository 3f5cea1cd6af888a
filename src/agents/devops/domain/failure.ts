/** What kind of thing went wrong in a workflow, as far as its log says. */
export type FailureKind =
  | "test"
  | "compile"
  | "lint"
  | "dependency"
  | "network"
  | "memory"
  | "timeout"
  | "unknown";

/** A line of the log that speaks for the finding, counted from 1. */
export interface Evidence {
  readonly line: number;
  readonly text: string;
}

/** What a log says about a failure; every word of it is in the log. */
export interface Failure {
  readonly kind: FailureKind;
  /** The step that failed, as the log names it. */
  readonly step: string | null;
  readonly exitCode: number | null;
  readonly evidence: readonly Evidence[];
}

/**
 * What a line tells; of two that fit the first counts. A line about a test is about a test, whatever the test is called:
 * `not ok 3 - times out`.
 */
const KINDS: readonly (readonly [FailureKind, RegExp])[] = [
  // TAP and node:test, go, pytest, jest and vitest, cargo.
  [
    "test",
    /^\s*(?:not ok\b|✖ (?!\d+ problems?\b)|[✗✕] |--- FAIL:|FAILED \S+::|FAIL {1,2}\S|● \S|test \S+ \.\.\. FAILED)/,
  ],
  ["memory", /heap out of memory|out of memory|OOMKilled|Cannot allocate memory|exit code 137\b/i],
  ["timeout", /timed out|exceeded the maximum execution time|ETIMEDOUT|deadline exceeded/i],
  [
    "network",
    /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|Could not resolve host|network is unreachable|TLS handshake/i,
  ],
  [
    "dependency",
    /\bERESOLVE\b|npm (?:ERR!|error) (?:code )?E?404|Cannot find module|No matching distribution|Could not find a version|unable to resolve dependency/i,
  ],
  [
    "compile",
    /error TS\d+|\berror\[E\d+\]|SyntaxError|cannot find symbol|undefined reference|: error: |^\S+\.go:\d+:\d+: /,
  ],
  ["lint", /\b(?:eslint|oxlint|prettier|oxfmt|ruff|flake8)\b.*(?:error|problem|failed)|✖ \d+ problems?/i],
  [
    "test",
    /\bFAIL(?:ED)?\b|AssertionError|\bpanicked at\b|Tests?:\s+[1-9]\d* failed|\b[1-9]\d* (?:tests? )?fail(?:ed|ing)\b/,
  ],
];

/** The kind that the most telling line has, not the most frequent one: a crash makes many tests fail. */
const TELLING: readonly FailureKind[] = [
  "memory",
  "timeout",
  "network",
  "dependency",
  "compile",
  "lint",
  "test",
];

const EXIT = /(?:exit(?:ed with)? code|exit status) (\d{1,3})/i;
const STEP = /^##\[group\]Run (.+)$/;
const ERROR = /^##\[error\](.+)$/;
/** `gh run view --log` puts job and step before each line. */
const COLUMNS = /^[^\t]+\t([^\t]+)\t(?=\uFEFF?\d{4}-\d{2}-\d{2}T)/;
const SHOWN = 10;
const LONGEST = 300;
/** What a person reads of a line, with room: some expressions take the square of what they are given. */
const READ = 2000;

interface Line {
  readonly number: number;
  readonly text: string;
  readonly step: string | null;
  /** Marked as an error by GitHub Actions. */
  readonly isError: boolean;
}

/** Reads the log of a workflow, with or without the time stamps and marks of GitHub Actions. */
export function readFailure(log: string): Failure {
  const lines = readLines(log);
  // What steps before it have written is no reason: they went well.
  const failed = lines.find(({ isError, step }) => isError && step !== null)?.step;
  const own = failed === undefined ? lines : lines.filter(({ step }) => step === failed);
  const found = own.flatMap((line) => {
    const kind = KINDS.find(([, pattern]) => pattern.test(line.text))?.[0];
    return kind === undefined && !line.isError ? [] : [{ ...line, kind: kind ?? "unknown" }];
  });
  const kind = TELLING.find((each) => found.some((line) => line.kind === each)) ?? "unknown";
  const telling = found.filter((line) => line.kind === kind);
  return {
    kind,
    step: failed ?? telling[0]?.step ?? null,
    exitCode: exitCodeOf(own),
    evidence: telling.slice(0, SHOWN).map(({ number, text }) => ({ line: number, text: shorten(text) })),
  };
}

function readLines(log: string): readonly Line[] {
  let step: string | null = null;
  const lines: Line[] = [];
  for (const [index, raw] of log.split(/\r?\n/).entries()) {
    const named = COLUMNS.exec(raw.slice(0, READ));
    const text = plain(named === null ? raw : raw.slice(named[0].length));
    const begun: string | undefined = named?.[1] ?? STEP.exec(text)?.[1];
    if (begun !== undefined) step = begun.trim();
    const error = ERROR.exec(text)?.[1];
    if (STEP.test(text)) continue;
    lines.push({ number: index + 1, text: error ?? text, step, isError: error !== undefined });
  }
  return lines;
}

function exitCodeOf(lines: readonly Line[]): number | null {
  for (const { text } of lines) {
    const code = EXIT.exec(text)?.[1];
    if (code !== undefined && Number(code) !== 0) return Number(code);
  }
  return null;
}

function plain(text: string): string {
  return (
    text
      .slice(0, READ)
      .replace(/^\uFEFF?\d{4}-\d{2}-\d{2}T[\d:.]+Z /, "")
      // oxlint-disable-next-line no-control-regex -- colours are control characters
      .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
  );
}

function shorten(text: string): string {
  const line = text.trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
