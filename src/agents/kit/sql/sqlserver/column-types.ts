import { NotPortable } from "./not-portable.ts";

/**
 * Texts compare and sort by their code points, as in SQLite: with the usual collation of a server "A" would be "a", in
 * keys too.
 */
export const TEXT_COLLATION = "Latin1_General_100_BIN2";

/** The longest nvarchar that is not `max`. */
const LONGEST_NVARCHAR = 4000;

/** The T-SQL type of a portable one. Texts are Unicode; a time is ISO 8601 text unless its type says otherwise. */
export function columnType(type: string): string {
  const [, name = type, size] = /^([a-z0-9 ]+?)(?:\((.+)\))?$/.exec(type) ?? [];
  switch (name) {
    case "text":
    case "json":
      return text("max");
    case "varchar":
    case "char":
      return text(size === undefined || Number(size) > LONGEST_NVARCHAR ? "max" : size);
    case "uuid":
      return text("36");
    case "integer":
    case "int4":
      return "int";
    case "bigint":
    case "int8":
      return "bigint";
    case "smallint":
    case "int2":
      return "smallint";
    case "boolean":
      return "bit";
    case "real":
    case "double precision":
    case "float4":
    case "float8":
      return "float(53)";
    case "decimal":
    case "numeric":
      return size === undefined ? "decimal(18, 6)" : `decimal(${size})`;
    case "datetime":
    case "datetime2":
    case "timestamp":
    case "timestamptz":
      return "datetime2(3)";
    default:
      throw new NotPortable(
        `A column of type ${type} is not the same in SQLite and SQL Server: use text, varchar(n), integer, bigint, boolean, real or decimal(p, s).`,
      );
  }
}

function text(size: string): string {
  return `nvarchar(${size}) collate ${TEXT_COLLATION}`;
}
