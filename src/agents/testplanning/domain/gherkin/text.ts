/**
 * Text from outside on its way into a Gherkin document. It must not be able to start a scenario, a step, a tag or a
 * comment: what has line breaks loses them, and nothing of it stands first on its line.
 */

// oxlint-disable-next-line no-control-regex -- what is invisible is taken out
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/** One line of plain text, at most `limit` characters of it. */
export function oneLine(text: string, limit = 200): string {
  const characters = Array.from(text.replaceAll(INVISIBLE, " ").replaceAll(/\s+/gu, " ").trim());
  return characters.length <= limit
    ? characters.join("")
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

/** A tag; what a tag cannot hold becomes a dash. */
export function tag(text: string): string {
  return `@${text.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}`;
}

/** A cell of a table, from text on one line. */
function cell(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|");
}

/** A table whose columns are as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[], indent: string): string[] {
  const cells = rows.map((row) => row.map(cell));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells.map(
    (row) => `${indent}| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |`,
  );
}

/** JSON as a doc string. A backtick is written as an escape, so that the text cannot end its own fence. */
export function docString(value: unknown, indent: string): string[] {
  const text = JSON.stringify(value).replaceAll("`", "\\u0060");
  return [`${indent}\`\`\`json`, `${indent}${text}`, `${indent}\`\`\``];
}
