import type { Bump } from "./semver.ts";

/** A commit by Conventional Commits 1.0.0. */
export interface ConventionalCommit {
  readonly type: string;
  readonly scope: string | null;
  readonly description: string;
  readonly breaking: boolean;
  /** What a BREAKING CHANGE footer says. */
  readonly breakingNote: string | null;
}

const HEADER = /^([A-Za-z][\w-]*)(?:\(([^()\r\n]+)\))?(!)?: +(\S.*)$/;
const FOOTER = /^BREAKING[ -]CHANGE: +([\s\S]+?)(?=\n[A-Za-z-]+(?:: | #)|\n\n|$(?![\s\S]))/m;

/** Reads a commit message; `undefined` for one that does not follow the convention. */
export function parseCommit(message: string): ConventionalCommit | undefined {
  const [header = "", ...rest] = message.replaceAll("\r\n", "\n").split("\n");
  const found = HEADER.exec(header.trim());
  if (found === null) return undefined;
  const [, type = "", scope, mark, description = ""] = found;
  const note = FOOTER.exec(rest.join("\n"))?.[1]?.replace(/\s+/g, " ").trim() ?? null;
  return {
    type: type.toLowerCase(),
    scope: scope ?? null,
    description: description.trim(),
    breaking: mark !== undefined || note !== null,
    breakingNote: note,
  };
}

/** What the commits ask of the version: a breaking change a major one, feat a minor one, fix a patch, the rest nothing. */
export function bumpOf(commits: readonly ConventionalCommit[]): Bump {
  if (commits.some((commit) => commit.breaking)) return "major";
  if (commits.some((commit) => commit.type === "feat")) return "minor";
  return commits.some((commit) => commit.type === "fix") ? "patch" : "none";
}

const SECTIONS: readonly (readonly [string, string])[] = [
  ["feat", "Features"],
  ["fix", "Fixes"],
  ["perf", "Performance"],
  ["refactor", "Refactoring"],
  ["docs", "Documentation"],
];

/** Notes in Markdown: what breaks first, then by type; types that users do not see are left out. */
export function releaseNotes(version: string, date: string, commits: readonly ConventionalCommit[]): string {
  const breaking = commits.filter((commit) => commit.breaking);
  const parts = [`## ${version} (${date})`];
  if (breaking.length > 0)
    parts.push(
      section(
        "Breaking changes",
        breaking.map((commit) => line(commit, commit.breakingNote ?? commit.description)),
      ),
    );
  for (const [type, title] of SECTIONS) {
    const found = commits.filter((commit) => commit.type === type);
    if (found.length > 0)
      parts.push(
        section(
          title,
          found.map((commit) => line(commit, commit.description)),
        ),
      );
  }
  if (parts.length === 1) parts.push("Nothing that users notice.");
  return `${parts.join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return `### ${title}\n\n${lines.join("\n")}`;
}

function line({ scope }: ConventionalCommit, text: string): string {
  return `- ${scope === null ? "" : `**${scope}:** `}${text}`;
}
