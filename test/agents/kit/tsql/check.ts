import { Cursor } from "./cursor.ts";
import { Tables } from "./definitions.ts";
import { query } from "./query.ts";
import { insert, merge, remove, update } from "./statements.ts";

/** A statement as it would go to SQL Server. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

const MOST_PARAMETERS = 2100;

/**
 * Reads statements by the part of the T-SQL grammar that the kit uses, and by the limits of the server. It knows what is
 * allowed, not what is forbidden: whatever it does not know is wrong, until somebody looks it up and adds it here.
 */
export class TsqlChecker {
  readonly #tables = new Tables();

  /** What is wrong with a statement; null when nothing is. */
  check({ sql, parameters }: Statement): string | null {
    try {
      const at = new Cursor(sql);
      this.#statement(at);
      at.takes(";");
      if (!at.ended) at.fail("the end");
      checkParameters(sql, parameters);
      return null;
    } catch (error) {
      if (error instanceof SyntaxError) return error.message;
      throw error;
    }
  }

  #statement(at: Cursor): void {
    if (at.sees("select")) query(at, "outer");
    else if (at.sees("insert")) insert(at);
    else if (at.sees("update")) update(at);
    else if (at.sees("delete")) remove(at);
    else if (at.sees("merge")) merge(at);
    else if (at.sees("create", "table")) this.#tables.create(at);
    else if (at.sees("create", "index") || at.sees("create", "unique")) this.#tables.index(at);
    else if (at.sees("alter", "table")) this.#tables.alter(at);
    else if (at.takes("create", "database")) at.name();
    else if (at.takes("alter", "database")) snapshotReads(at);
    else if (at.takes("drop", "table")) at.name();
    else if (at.sees("declare")) lock(at);
    else if (at.takes("exec")) procedure(at);
    else at.fail("a statement that this checker knows");
  }
}

function snapshotReads(at: Cursor): void {
  at.name();
  at.needs("set", "read_committed_snapshot", "on", "with");
  at.needs("rollback");
  at.needs("immediate");
}

/** `declare @x int; exec @x = procedure …; select @x as [x]` */
function lock(at: Cursor): void {
  at.needs("declare");
  at.one("variable");
  at.needs("int", ";");
  at.needs("exec");
  at.one("variable");
  at.needs("=");
  procedure(at);
  at.needs(";");
  query(at, "outer");
}

const PROCEDURES = ["sp_getapplock", "sp_releaseapplock"];

function procedure(at: Cursor): void {
  const name = at.one("word");
  if (!PROCEDURES.includes(name)) at.fail(`one of ${PROCEDURES.join(", ")} before this`);
  at.list(() => {
    at.one("variable");
    at.needs("=");
    const { next } = at;
    if (next.is === "string" || next.is === "parameter" || next.is === "number") at.one(next.is);
    else at.fail("a value");
  });
}

function checkParameters(sql: string, parameters: readonly unknown[]): void {
  if (parameters.length > MOST_PARAMETERS)
    throw new SyntaxError(`${parameters.length} parameters, ${MOST_PARAMETERS} at most`);
  const used = new Set([...sql.matchAll(/@(\d+)\b/g)].map(([, number]) => Number(number)));
  const expected = new Set(parameters.map((_, index) => index + 1));
  if (used.symmetricDifference(expected).size > 0) {
    throw new SyntaxError(`the parameters @${[...used].join(", @")} do not fit ${parameters.length} values`);
  }
  const wrong = parameters.find((value) => value !== null && typeof value === "object");
  if (wrong !== undefined)
    throw new SyntaxError(`a parameter is neither text nor number: ${JSON.stringify(wrong)}`);
}
