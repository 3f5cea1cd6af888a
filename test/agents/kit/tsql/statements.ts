import type { Cursor } from "./cursor.ts";
import { column, condition, expression, from, query, table } from "./query.ts";

/** SQL Server takes so many rows in one `values`. */
const MOST_ROWS = 1000;

export function insert(at: Cursor): void {
  at.needs("insert", "into");
  table(at);
  const columns = at.sees("(") ? columnNames(at) : null;
  output(at, ["inserted"]);
  if (at.takes("default", "values")) return;
  if (at.sees("values")) values(at, columns?.length ?? null);
  else query(at, "outer");
}

export function update(at: Cursor): void {
  at.needs("update");
  table(at);
  set(at);
  output(at, ["inserted", "deleted"]);
  if (at.takes("from")) from(at);
  if (at.takes("where")) condition(at);
}

export function remove(at: Cursor): void {
  at.needs("delete", "from");
  table(at);
  output(at, ["deleted"]);
  if (at.takes("where")) condition(at);
}

/** A MERGE holds the key's range, or two of them insert the same key; and it ends with a semicolon. */
export function merge(at: Cursor): void {
  at.needs("merge", "into");
  table(at);
  at.needs("with");
  at.inParens(() => {
    const hints = at.list(() => at.one("word"));
    if (!hints.includes("holdlock") && !hints.includes("serializable")) at.fail("the hint holdlock");
  });
  at.needs("using");
  let width = 0;
  at.inParens(() => {
    width = values(at, null);
  });
  at.needs("as");
  at.name();
  if (columnNames(at).length !== width) at.fail("as many columns as values");
  at.needs("on");
  condition(at);
  while (at.takes("when")) when(at);
  output(at, ["inserted", "deleted"]);
  at.needs(";");
}

function when(at: Cursor): void {
  const missing = at.takes("not");
  at.needs("matched");
  if (at.takes("and")) condition(at);
  at.needs("then");
  if (missing) {
    at.needs("insert");
    values(at, columnNames(at).length);
  } else if (at.takes("update")) set(at);
  else at.needs("delete");
}

function set(at: Cursor): void {
  at.needs("set");
  at.list(() => {
    column(at);
    at.needs("=");
    expression(at);
  });
}

function output(at: Cursor, tables: readonly string[]): void {
  if (!at.takes("output")) return;
  at.list(() => {
    if (!tables.includes(at.name().toLowerCase())) at.fail(tables.join(" or "));
    at.needs(".");
    if (!at.takes("*")) at.name();
  });
}

function columnNames(at: Cursor): readonly string[] {
  return at.inParens(() => at.list(() => at.name()));
}

/** Answers how many values a row has. */
function values(at: Cursor, expected: number | null): number {
  at.needs("values");
  const rows = at.list(() => at.inParens(() => at.list(() => expression(at)).length));
  const width = expected ?? rows[0] ?? 0;
  if (rows.some((row) => row !== width)) at.fail(`${width} values a row`);
  if (rows.length > MOST_ROWS) at.fail(`${MOST_ROWS} rows at most`);
  return width;
}
