/** SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. */
const SQLITE = [1555, 2067];
/** A key of a table, and a unique index. */
const SQL_SERVER = [2627, 2601];

/** True for the error of a row whose key is there already, on SQLite and on SQL Server. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUniqueViolation)) return true;
  if ("errcode" in error) return SQLITE.includes(Number(error.errcode));
  return "number" in error && SQL_SERVER.includes(Number(error.number));
}
