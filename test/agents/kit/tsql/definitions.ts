import type { Cursor } from "./cursor.ts";
import { condition, table } from "./query.ts";
import { TYPES } from "./words.ts";

/** A key of a clustered index, and of another one, in bytes. */
const PRIMARY_KEY_BYTES = 900;
const INDEX_BYTES = 1700;

interface Column {
  /** Bytes in a key; null for one that cannot be in a key. */
  readonly bytes: number | null;
  readonly nullable: boolean;
}

/** The tables that the statements until now have made: what a key may hold depends on the types of its columns. */
export class Tables {
  readonly #tables = new Map<string, Map<string, Column>>();

  create(at: Cursor): void {
    at.needs("create", "table");
    const name = table(at);
    const columns = new Map<string, Column>();
    this.#tables.set(name, columns);
    at.inParens(() =>
      at.list(() => (at.takes("constraint") ? this.#constraint(at, name) : this.#column(at, name))),
    );
  }

  index(at: Cursor): void {
    at.needs("create");
    const unique = at.takes("unique");
    at.needs("index");
    at.name();
    at.needs("on");
    const name = table(at);
    this.#key(at, name, INDEX_BYTES, unique);
    if (at.takes("where")) condition(at);
  }

  alter(at: Cursor): void {
    at.needs("alter", "table");
    const name = table(at);
    if (at.takes("drop", "column")) {
      at.name();
      return;
    }
    at.needs("add");
    if (at.takes("constraint")) this.#constraint(at, name);
    else this.#column(at, name);
  }

  #column(at: Cursor, of: string): void {
    const name = at.name();
    const type = at.one("word");
    const size = TYPES.get(type);
    if (size === undefined)
      at.fail(`one of the types ${[...TYPES.keys()].join(", ")} before this (found ${type})`);
    let bytes = size(null);
    if (at.takes("(")) {
      const length = at.next.is === "word" ? at.one("word") : at.one("number");
      if (type === "nvarchar" && length !== "max" && Number(length) > 4000)
        at.fail("nvarchar(4000) or nvarchar(max)");
      if (at.takes(",")) at.one("number");
      at.needs(")");
      bytes = size(length);
    } else if (type === "nvarchar") at.fail("a length: nvarchar alone is nvarchar(1)");
    if (type === "nvarchar") {
      at.needs("collate");
      if (!at.one("word").endsWith("_bin2"))
        at.fail("a binary collation before this: keys are case-sensitive");
    }
    const facts = this.#facts(at);
    this.#columns(of).set(name, { bytes, nullable: !facts.notNull });
    if (facts.primaryKey) this.#check(at, of, [name], PRIMARY_KEY_BYTES, false);
    if (facts.unique) this.#check(at, of, [name], INDEX_BYTES, true);
  }

  #facts(at: Cursor): { readonly notNull: boolean; readonly primaryKey: boolean; readonly unique: boolean } {
    const facts = { notNull: false, primaryKey: false, unique: false };
    for (;;) {
      if (at.takes("not", "null")) facts.notNull = true;
      else if (at.takes("primary", "key")) facts.primaryKey = facts.notNull = true;
      else if (at.takes("unique")) facts.unique = true;
      else if (at.takes("identity")) at.inParens(() => at.list(() => at.one("number")));
      else if (at.takes("default")) literal(at);
      else if (at.takes("references")) references(at);
      else return facts;
    }
  }

  #constraint(at: Cursor, of: string): void {
    at.name();
    if (at.takes("primary", "key")) this.#key(at, of, PRIMARY_KEY_BYTES, false);
    else if (at.takes("unique")) this.#key(at, of, INDEX_BYTES, true);
    else if (at.takes("check")) at.inParens(() => condition(at));
    else {
      at.needs("foreign", "key");
      at.inParens(() => at.list(() => at.name()));
      at.needs("references");
      references(at);
    }
  }

  #key(at: Cursor, of: string, most: number, unique: boolean): void {
    const names = at.inParens(() =>
      at.list(() => {
        const name = at.name();
        if (!at.takes("asc")) at.takes("desc");
        return name;
      }),
    );
    this.#check(at, of, names, most, unique);
  }

  #check(at: Cursor, of: string, names: readonly string[], most: number, unique: boolean): void {
    let bytes = 0;
    for (const name of names) {
      const found = this.#columns(of).get(name);
      if (found === undefined) at.fail(`a column of ${of} (${name} is none)`);
      if (found.bytes === null) at.fail(`a column with a length in the key (${of}.${name} is nvarchar(max))`);
      if (unique && found.nullable)
        at.fail(`not null (${of}.${name} is unique: SQL Server allows one null, SQLite many)`);
      bytes += found.bytes;
    }
    if (bytes > most) at.fail(`a key of ${most} bytes at most (${of}: ${names.join(", ")} have ${bytes})`);
  }

  #columns(of: string): Map<string, Column> {
    const columns = this.#tables.get(of) ?? new Map<string, Column>();
    this.#tables.set(of, columns);
    return columns;
  }
}

function references(at: Cursor): void {
  table(at);
  at.inParens(() => at.list(() => at.name()));
  while (at.takes("on")) {
    if (!at.takes("delete")) at.needs("update");
    if (!at.takes("cascade")) at.needs("no", "action");
  }
}

function literal(at: Cursor): void {
  const { next } = at;
  if (next.is === "string" || next.is === "number") at.one(next.is);
  else at.needs("null");
}
