import type { Bump } from "./semver.ts";

/** A commit by Conventional Commits 1.0.0. */
export interface ConventionalCommit {
  readonly type: string;
  readonly scope: string | null;
  readonly description: string;
  readonly breaking: boolean;
  /** What the BREAKING CHANGE footers say. */
  readonly breakingNotes: readonly string[];
}

const HEADER = /^([A-Za-z][\w-]*)(?:\(([^()\r\n]+)\))?(!)?: +(\S.*)$/;
/** To the next footer, or to an empty line. The text may begin on the next line, as many write it. */
const FOOTER =
  /^BREAKING[ -]CHANGE:(?: +|[ \t]*\n\s*)(\S[\s\S]*?)(?=\n(?:[A-Za-z-]+|BREAKING CHANGE)(?:: | #)|\n\n|$(?![\s\S]))/gm;

/** Reads a commit message; `undefined` for one that does not follow the convention. */
export function parseCommit(message: string): ConventionalCommit | undefined {
  const [header = "", ...rest] = message.replaceAll("\r\n", "\n").split("\n");
  const found = HEADER.exec(header.trim());
  if (found === null) return undefined;
  const [, type = "", scope, mark, description = ""] = found;
  const notes = [...rest.join("\n").matchAll(FOOTER)].map(([, note = ""]) =>
    note.replace(/\s+/g, " ").trim(),
  );
  return {
    type: type.toLowerCase(),
    scope: scope ?? null,
    description: description.trim(),
    breaking: mark !== undefined || notes.length > 0,
    breakingNotes: notes,
  };
}

/** What a commit takes back, by its first line: as git writes it (pull requests add their number), or as a type. */
const REVERT = /^Revert "(.+)"(?: \(#\d+\))?$|^revert(?:\([^()]+\))?: +(.+)$/;
const REAPPLY = /^Reapply "(.+)"(?: \(#\d+\))?$/;

/** Commits without those that another one of them takes back, and without that one; what it took back is named. */
export function withoutReverted(messages: readonly string[]): {
  readonly kept: readonly string[];
  readonly reverted: readonly string[];
} {
  const left = messages.map((message) => ({ message, title: titleOf(message) }));
  const reverted: string[] = [];
  // The longest first: a revert of a revert takes that back, so what it was about stays.
  for (const each of left.toSorted((a, b) => b.title.length - a.title.length)) {
    const target = targetOf(each.title);
    const found = left.findIndex(({ title }) => title === target);
    if (found < 0 || !left.includes(each)) continue;
    left.splice(found, 1);
    left.splice(left.indexOf(each), 1);
    reverted.push(target ?? "");
  }
  return { kept: left.map(({ message }) => message), reverted };
}

function targetOf(title: string): string | undefined {
  const again = REAPPLY.exec(title)?.[1];
  if (again !== undefined) return `Revert "${again}"`;
  const [, quoted, typed] = REVERT.exec(title) ?? [];
  return quoted ?? typed;
}

function titleOf(message: string): string {
  return (message.split("\n", 1)[0] ?? "").trim();
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
        breaking.flatMap((commit) =>
          (commit.breakingNotes.length === 0 ? [commit.description] : commit.breakingNotes).map((note) =>
            line(commit, note),
          ),
        ),
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
