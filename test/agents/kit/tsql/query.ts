import type { Cursor } from "./cursor.ts";
import { FUNCTIONS } from "./words.ts";

/** A value. T-SQL has no boolean values: a comparison is a condition and never one of these. */
export function expression(at: Cursor): void {
  do term(at);
  while (["+", "-", "*", "/", "%"].some((sign) => at.takes(sign)));
}

function term(at: Cursor): void {
  at.takes("-");
  primary(at);
  if (at.takes("collate")) at.one("word");
}

function primary(at: Cursor): void {
  const { next } = at;
  if (next.is === "parameter" || next.is === "variable" || next.is === "number") {
    at.one(next.is);
    return;
  }
  if (next.is === "string") at.fail("a parameter (a text is handed over, not written into the statement)");
  if (at.takes("null")) return;
  if (at.takes("case")) {
    while (at.takes("when")) {
      condition(at);
      at.needs("then");
      expression(at);
    }
    if (at.takes("else")) expression(at);
    at.needs("end");
    return;
  }
  if (at.sees("(")) {
    at.inParens(() =>
      at.either(
        () => query(at, "inner"),
        () => expression(at),
      ),
    );
    return;
  }
  if (next.is === "word" && FUNCTIONS.has(next.text)) {
    call(at, next.text);
    return;
  }
  column(at);
  if (at.sees("(")) at.fail("a function that both databases have");
}

function call(at: Cursor, name: string): void {
  at.one("word");
  at.inParens(() => {
    if (name.startsWith("count") && at.takes("*")) return;
    at.takes("distinct");
    if (!at.sees(")")) at.list(() => expression(at));
  });
  if (!at.takes("over")) return;
  at.inParens(() => {
    if (at.takes("partition", "by")) at.list(() => expression(at));
    if (at.takes("order", "by")) at.list(() => orderItem(at));
  });
}

/** `[table].[column]` or `[column]`. */
export function column(at: Cursor): string {
  const first = at.name();
  return at.takes(".") ? at.name() : first;
}

function orderItem(at: Cursor): void {
  expression(at);
  if (!at.takes("asc")) at.takes("desc");
}

/** What stands after `where`, `on`, `having` and `when`. */
export function condition(at: Cursor): void {
  do simple(at);
  while (at.takes("and") || at.takes("or"));
}

const COMPARISONS = ["=", "<>", "!=", "<", "<=", ">", ">="];

function simple(at: Cursor): void {
  if (at.takes("not")) {
    simple(at);
    return;
  }
  if (at.takes("exists")) {
    at.inParens(() => query(at, "inner"));
    return;
  }
  at.either(
    () => comparison(at),
    () => at.inParens(() => condition(at)),
  );
}

function comparison(at: Cursor): void {
  expression(at);
  if (at.takes("is")) {
    at.takes("not");
    at.needs("null");
    return;
  }
  const negated = at.takes("not");
  if (at.takes("in")) {
    at.inParens(() => {
      if (at.sees("select") || at.sees("("))
        at.either(
          () => query(at, "inner"),
          () => at.inParens(() => query(at, "inner")),
        );
      else at.list(() => expression(at));
    });
  } else if (at.takes("like")) {
    expression(at);
    if (at.takes("escape")) at.one("string");
  } else if (at.takes("between")) {
    expression(at);
    at.needs("and");
    expression(at);
  } else {
    if (negated || !COMPARISONS.some((sign) => at.takes(sign))) at.fail("a comparison");
    expression(at);
  }
}

/** A `select`, with unions. The `order by` of an inner one is allowed with `top` or `offset` only. */
export function query(at: Cursor, place: "outer" | "inner"): void {
  let top = select(at);
  while (at.takes("union")) {
    at.takes("all");
    top = select(at) || top;
  }
  if (!at.takes("order", "by")) {
    if (at.sees("offset")) at.fail("order by before offset");
    return;
  }
  at.list(() => orderItem(at));
  if (!at.takes("offset")) {
    if (place === "inner" && !top) at.fail("top or offset: an inner query has no order of its own");
    return;
  }
  if (top) at.fail("no offset beside top");
  count(at);
  at.needs("rows");
  if (!at.takes("fetch")) return;
  at.needs("next");
  count(at);
  at.needs("rows", "only");
}

function count(at: Cursor): void {
  if (at.next.is === "parameter") at.one("parameter");
  else at.one("number");
}

/** True when it has a `top`. */
function select(at: Cursor): boolean {
  at.needs("select");
  at.takes("distinct");
  const top = at.takes("top");
  if (top) at.inParens(() => count(at));
  at.list(() => item(at));
  if (at.takes("from")) from(at);
  if (at.takes("where")) condition(at);
  if (at.takes("group", "by")) at.list(() => expression(at));
  if (at.takes("having")) condition(at);
  return top;
}

function item(at: Cursor): void {
  if (at.takes("*")) return;
  at.either(
    () => {
      at.name();
      at.needs(".", "*");
    },
    () => {
      expression(at);
      if (at.takes("as")) at.name();
    },
  );
}

export function from(at: Cursor): void {
  at.list(() => source(at));
  for (;;) {
    const cross = at.takes("cross", "join");
    if (!cross && !["inner", "left", "right", "full"].some((kind) => at.takes(kind, "join"))) return;
    source(at);
    if (cross) continue;
    at.needs("on");
    condition(at);
  }
}

function source(at: Cursor): void {
  if (at.takes("openjson")) {
    at.inParens(() => expression(at));
  } else if (at.sees("(")) {
    at.inParens(() => query(at, "inner"));
    if (!at.sees("as")) at.fail("as: a derived table has a name");
  } else {
    table(at);
  }
  if (at.takes("as")) at.name();
}

/** `[table]` or `[schema].[table]`; answers the table's own name. */
export function table(at: Cursor): string {
  return column(at);
}
