import { readLog } from "./ci-log.ts";
import type { LogLine } from "./ci-log.ts";
import { kindOf, TELLING } from "./failure-kinds.ts";
import type { FailureKind } from "./failure-kinds.ts";

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

/** Also `exited with code '1'`, `exit status: 101`, and the Error 2 of make. */
const EXIT = /(?:\bexit(?:ed with)? (?:code|status):? |\*\*\* \[[^\]]{0,200}\] Error )'?(-?\d{1,10})\b/i;
const SHOWN = 10;
const LONGEST = 300;

/** Reads the log of a workflow, with or without the time stamps and marks of the system that ran it. */
export function readFailure(log: string): Failure {
  const lines = readLog(log);
  // What steps before it have written is no reason: they went well.
  const failed = lines.find(({ isError, step }) => isError && step !== null)?.step;
  const own = failed === undefined ? lines : lines.filter(({ step }) => step === failed);
  const found = own.flatMap((line) => {
    const kind = kindOf(line.text);
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

/** The last one: what was tried again may have ended with others before. */
function exitCodeOf(lines: readonly LogLine[]): number | null {
  for (const { text } of lines.toReversed()) {
    const code = EXIT.exec(text)?.[1];
    if (code !== undefined && Number(code) !== 0) return Number(code);
  }
  return null;
}

function shorten(text: string): string {
  const line = text.trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
