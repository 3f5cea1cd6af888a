import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { SqliteQueryCompiler } from "kysely";
import type { QueryId, RootOperationNode } from "kysely";
import { TsqlCompiler } from "../../../../src/agents/kit/sql/sqlserver/tsql-compiler.ts";
import { TsqlChecker } from "./check.ts";

/** What was seen of one statement. */
export interface Seen {
  /** `src/agents/…/file.ts:12`, the line that executed it; null when that is no line of an agent. */
  readonly site: string | null;
  readonly sql: string;
  /** Why it cannot go to SQL Server; null when it can. */
  readonly problem: string | null;
}

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/**
 * From now on every query of this process that is compiled for SQLite is compiled for SQL Server too, and checked: the
 * repositories are the real ones, on a real SQLite, and what they would say to SQL Server is known.
 */
export function observeStatements(tell: (seen: Seen) => void): void {
  const compiler = new TsqlCompiler();
  const checker = new TsqlChecker();
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this`
  const forSqlite = SqliteQueryCompiler.prototype.compileQuery;
  SqliteQueryCompiler.prototype.compileQuery = function both(node: RootOperationNode, id: QueryId) {
    const stack = new Error("here").stack ?? "";
    const site = siteIn(stack);
    // How Kysely keeps its own books depends on the database: it does it for SQL Server in kysely.test.ts.
    if (!isBookkeeping(site)) tell(look(node, id, site));
    return forSqlite.call(this, node, id);
  };

  function look(node: RootOperationNode, id: QueryId, site: string | null): Seen {
    try {
      const compiled = compiler.compileQuery(node, id);
      return { site, sql: compiled.sql, problem: checker.check(compiled) };
    } catch (error) {
      return { site, sql: "", problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** The innermost line of an agent or of the kit. */
function siteIn(stack: string): string | null {
  for (const [, url = "", line = ""] of stack.matchAll(/(file:\/\/[^\s)]+?):(\d+):\d+/g)) {
    const file = relative(ROOT, fileURLToPath(url));
    if (file.startsWith("src/agents/") || isBookkeeping(file)) return `${file}:${line}`;
  }
  return null;
}

function isBookkeeping(site: string | null): boolean {
  return site !== null && /kysely\/dist\/(?:migration\/|dialect\/sqlite\/sqlite-introspector)/.test(site);
}

/** In the process of an agent: `--import` of this file, with the name of a file in the environment. */
const file = process.env["AGENTS_TEST_STATEMENTS"];
if (file !== undefined) {
  const told = new Set<string>();
  observeStatements((seen) => {
    const line = `${JSON.stringify(seen)}\n`;
    if (told.has(line)) return;
    told.add(line);
    appendFileSync(file, line);
    // Not only thrown: a handler could catch it.
    if (seen.problem === null) return;
    process.stderr.write(`no T-SQL at ${seen.site}: ${seen.problem}\n  ${seen.sql}\n`);
    process.exit(70);
  });
}
