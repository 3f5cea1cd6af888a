import { sql } from "kysely";
import type { RawBuilder } from "kysely";

/** What {@link anyOf} says in SQLite; the T-SQL compiler knows it by these fragments. */
export const ANY_OF = ["(select value from json_each(", "))"] as const;

/**
 * A list for `in` and `not in`, of any length, in one parameter: a statement takes 2100 parameters at most on SQL Server.
 *
 * @example
 * db.selectFrom("tickets").selectAll().where("id", "in", anyOf(ids));
 */
export function anyOf(values: Iterable<string>): RawBuilder<string> {
  return sql<string>`(select value from json_each(${JSON.stringify([...values])}))`;
}
