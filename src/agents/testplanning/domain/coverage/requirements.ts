import type { FileCoverage } from "./totals.ts";

/** A requirement and the files that implement it. */
export interface ImplementedRequirement {
  readonly requirementId: string;
  readonly files: readonly string[];
}

/** A requirement is covered when every line of its files is. */
export function implementedBy(
  requirements: readonly ImplementedRequirement[],
  files: readonly FileCoverage[],
): { requirements: { requirementId: string; covered: boolean }[]; gaps: string[] } {
  const gaps: string[] = [];
  const covered = requirements.map(({ requirementId, files: wanted }) => {
    const missing = wanted.flatMap((path) => gapsOf(requirementId, path, files));
    gaps.push(...missing);
    return { requirementId, covered: missing.length === 0 };
  });
  return { requirements: covered, gaps };
}

function gapsOf(requirementId: string, path: string, files: readonly FileCoverage[]): string[] {
  const wanted = plain(path);
  // The report may be about a folder above or below the one from which the requirement names its files.
  const [file, ...others] =
    [
      files.filter((each) => plain(each.path) === wanted),
      files.filter((each) => plain(each.path).endsWith(`/${wanted}`)),
      files.filter((each) => wanted.endsWith(`/${plain(each.path)}`)),
    ].find((found) => found.length > 0) ?? [];
  if (others.length > 0)
    return [
      `${path}, which implements ${requirementId}, fits ${others.length + 1} files of the report: name more of its folders.`,
    ];
  if (file === undefined) return [`${path}, which implements ${requirementId}, is not in the report.`];
  if (file.uncoveredLines.length === 0) return [];
  return [
    `${path}, which implements ${requirementId}, has lines that no test runs: ${ranges(file.uncoveredLines)}.`,
  ];
}

/** Reports from Windows divide folders otherwise, and name their drive in any letters. */
function plain(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/^\.\//u, "")
    .replace(/^[a-z]:/u, (drive) => drive.toUpperCase());
}

/** 1, 2, 3, 7 → "1-3, 7" */
export function ranges(lines: readonly number[]): string {
  const parts: [from: number, to: number][] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else parts.push([line, line]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
