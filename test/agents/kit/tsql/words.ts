/**
 * Words that T-SQL keeps for itself and that a careless column could be called: unquoted they are no names. From Microsoft's
 * list "Reserved Keywords (Transact-SQL)".
 */
export const RESERVED = new Set(
  `add all alter and any as asc authorization backup begin between break browse bulk by cascade case check checkpoint
  close clustered coalesce collate column commit compute constraint contains containstable continue convert create cross
  current current_date current_time current_timestamp current_user cursor database dbcc deallocate declare default delete
  deny desc disk distinct distributed double drop dump else end errlvl escape except exec execute exists exit external
  fetch file fillfactor for foreign freetext freetexttable from full function goto grant group having holdlock identity
  identity_insert identitycol if in index inner insert intersect into is join key kill left like lineno load merge
  national nocheck nonclustered not null nullif of off offsets on open opendatasource openquery openrowset openxml option
  or order outer over percent pivot plan precision primary print proc procedure public raiserror read readtext
  reconfigure references replication restore restrict return revert revoke right rollback rowcount rowguidcol rule save
  schema securityaudit select semantickeyphrasetable session_user set setuser shutdown some statistics system_user table
  tablesample textsize then to top tran transaction trigger truncate try_convert tsequal union unique unpivot update
  updatetext use user values varying view waitfor when where while with within writetext`.split(/\s+/),
);

/** Functions with the same name and meaning on SQL Server 2017 and later as the repositories expect. */
export const FUNCTIONS = new Set(
  `abs avg ceiling charindex coalesce concat count count_big floor iif isnull json_value lower ltrim max min nullif rank
  replace round row_number rtrim string_agg substring sum trim upper`.split(/\s+/),
);

/** Types of columns that the kit makes. `text` and `varchar` are left out on purpose: they hold no Unicode. */
export const TYPES: ReadonlyMap<string, (size: string | null) => number | null> = new Map([
  ["bit", () => 1],
  ["smallint", () => 2],
  ["int", () => 4],
  ["bigint", () => 8],
  ["float", () => 8],
  ["decimal", () => 17],
  ["datetime2", () => 8],
  ["nvarchar", (size: string | null) => (size === "max" || size === null ? null : Number(size) * 2)],
]);
