import type { Finding } from "./finding.ts";

/** Which findings are asked for; what is left out lets all pass. `file` is a path, or that of a folder. */
export type FindingFilter = {
  readonly cwe?: string | undefined;
  readonly severity?: Finding["severity"] | undefined;
  readonly file?: string | undefined;
};

export function fits(finding: Finding, { cwe, severity, file }: FindingFilter): boolean {
  if (cwe !== undefined && finding.cwe !== cwe) return false;
  if (severity !== undefined && finding.severity !== severity) return false;
  return (
    file === undefined || finding.file === file || finding.file.startsWith(`${file.replace(/\/$/, "")}/`)
  );
}
