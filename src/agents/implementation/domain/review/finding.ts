import type { Severity } from "./rule.ts";

/** One weakness on one added line. */
export type Finding = {
  readonly cwe: string;
  readonly title: string;
  readonly severity: Severity;
  readonly file: string;
  /** Line of the new version of the file. */
  readonly line: number;
  /** The added line, trimmed; a secret in it is hidden. */
  readonly evidence: string;
  readonly message: string;
  readonly fix: string;
};
