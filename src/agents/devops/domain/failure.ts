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
  /** The step that was running, as the log names it. */
  readonly step: string | null;
  readonly exitCode: number | null;
  readonly evidence: readonly Evidence[];
}

/** From the telling to the general: of two that fit a line the first counts. */
const KINDS: readonly (readonly [FailureKind, RegExp])[] = [
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
  ["compile", /error TS\d+|\berror\[E\d+\]|SyntaxError|cannot find symbol|undefined reference|: error: /],
  ["lint", /\b(?:eslint|oxlint|prettier|oxfmt|ruff|flake8)\b.*(?:error|problem|failed)|✖ \d+ problems?/i],
  [
    "test",
    /^\s*not ok\b|\bFAIL(?:ED)?\b|AssertionError|Tests?:\s+\d+ failed|\d+ (?:tests? )?fail(?:ed|ing)\b|✗|✕/,
  ],
];

const EXIT = /(?:exit(?:ed with)? code|exit status) (\d{1,3})/i;
const GROUP = /^##\[group\](?:Run )?(.+)$/;
const ERROR = /^##\[error\](.+)$/;
const SHOWN = 10;
const LONGEST = 300;

/** Reads the log of a workflow, with or without the time stamps and marks of GitHub Actions. */
export function readFailure(log: string): Failure {
  const lines = log.split(/\r?\n/).map((text) => plain(text));
  let step: string | null = null;
  let failedStep: string | null = null;
  let exitCode: number | null = null;
  const found: (Evidence & { readonly kind: FailureKind })[] = [];
  for (const [index, text] of lines.entries()) {
    const group = GROUP.exec(text)?.[1];
    if (group !== undefined) {
      step = group.trim();
      continue;
    }
    const error = ERROR.exec(text)?.[1];
    const code = EXIT.exec(text)?.[1];
    if (code !== undefined && code !== "0") exitCode ??= Number(code);
    const kind = KINDS.find(([, pattern]) => pattern.test(error ?? text))?.[0];
    if (error === undefined && kind === undefined) continue;
    failedStep ??= step;
    found.push({ line: index + 1, text: shorten(error ?? text), kind: kind ?? "unknown" });
  }
  // The kind that the most telling rule found, not the most frequent: a crash makes many tests fail.
  const kind =
    KINDS.map(([each]) => each).find((each) => found.some((line) => line.kind === each)) ?? "unknown";
  const telling = found.filter((line) => line.kind === kind);
  return {
    kind,
    step: failedStep,
    exitCode,
    evidence: telling.slice(0, SHOWN).map(({ line, text }) => ({ line, text })),
  };
}

function plain(text: string): string {
  return (
    text
      .replace(/^\uFEFF?\d{4}-\d{2}-\d{2}T[\d:.]+Z /, "")
      // oxlint-disable-next-line no-control-regex -- colours are control characters
      .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
  );
}

function shorten(text: string): string {
  const line = text.trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
