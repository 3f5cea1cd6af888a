import {
  ColumnNode,
  FetchNode,
  MssqlQueryCompiler,
  OffsetNode,
  OutputNode,
  ReferenceNode,
  SelectAllNode,
  SelectionNode,
  TableNode,
  TopNode,
  ValueNode,
} from "kysely";
import type {
  ColumnDefinitionNode,
  DataTypeNode,
  DeleteQueryNode,
  InsertQueryNode,
  LimitNode,
  OperationNode,
  RawNode,
  ReturningNode,
  SelectQueryNode,
  UpdateQueryNode,
} from "kysely";
import { ANY_OF } from "../any-of.ts";
import { columnType, TEXT_COLLATION } from "./column-types.ts";
import { toMerge } from "./merge.ts";
import { NotPortable } from "./not-portable.ts";

/**
 * Compiles the queries that repositories write for both databases to T-SQL: `limit` becomes `top` or `offset … fetch`,
 * `onConflict` a MERGE, `returning` an `output`; column types and values become those of SQL Server.
 *
 * @throws NotPortable for what has no T-SQL with the same meaning.
 */
export class TsqlCompiler extends MssqlQueryCompiler {
  protected override visitSelectQuery(node: SelectQueryNode): void {
    const { limit, ...rest } = node;
    if (limit === undefined) {
      super.visitSelectQuery(node);
      return;
    }
    const count = countOf(limit);
    if (node.orderBy !== undefined) {
      const offset = node.offset ?? OffsetNode.create(ValueNode.createImmediate(0));
      super.visitSelectQuery({ ...rest, offset, fetch: FetchNode.create(count, "only") });
    } else if (node.offset === undefined && node.setOperations === undefined) {
      super.visitSelectQuery({ ...rest, top: TopNode.create(count) });
    } else {
      throw new NotPortable(
        "limit with offset, or of a union, needs an orderBy: without it the pages are accidental.",
      );
    }
  }

  protected override visitInsertQuery(node: InsertQueryNode): void {
    if (node.orAction !== undefined || node.replace === true) {
      throw new NotPortable(
        "Instead of insert or ignore, and of replace, use onConflict with the columns of the key.",
      );
    }
    const { returning, ...rest } = node;
    const insert = returning === undefined ? rest : { ...rest, output: outputOf(returning, "inserted") };
    if (node.onConflict === undefined) super.visitInsertQuery(insert);
    else this.visitMergeQuery(toMerge(insert, node.onConflict));
  }

  protected override visitUpdateQuery(node: UpdateQueryNode): void {
    const { returning, ...rest } = node;
    if (node.limit !== undefined) throw new NotPortable("An update takes no limit: name the rows.");
    super.visitUpdateQuery(
      returning === undefined ? rest : { ...rest, output: outputOf(returning, "inserted") },
    );
  }

  protected override visitDeleteQuery(node: DeleteQueryNode): void {
    const { returning, ...rest } = node;
    if (node.limit !== undefined) throw new NotPortable("A delete takes no limit: name the rows.");
    super.visitDeleteQuery(
      returning === undefined ? rest : { ...rest, output: outputOf(returning, "deleted") },
    );
  }

  protected override visitRaw(node: RawNode): void {
    const [open, close, ...more] = node.sqlFragments;
    const [list] = node.parameters;
    if (open !== ANY_OF[0] || close !== ANY_OF[1] || more.length > 0 || list === undefined) {
      super.visitRaw(node);
      return;
    }
    this.append("(select [value] collate ");
    this.append(`${TEXT_COLLATION} from openjson(`);
    this.visitNode(list);
    this.append("))");
  }

  protected override visitDataType(node: DataTypeNode): void {
    this.append(columnType(node.dataType));
  }

  /** A counter may pass 2³¹. */
  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    const counter = node.autoIncrement === true || node.identity === true;
    super.visitColumnDefinition(counter ? { ...node, dataType: { ...node.dataType, ...BIGINT } } : node);
  }

  protected override getLeftIdentifierWrapper(): string {
    return "[";
  }

  protected override getRightIdentifierWrapper(): string {
    return "]";
  }

  protected override sanitizeIdentifier(identifier: string): string {
    return identifier.replaceAll("]", "]]");
  }

  protected override getAutoIncrement(): string {
    return "identity(1, 1)";
  }

  /** T-SQL has no words for true and false. */
  protected override appendImmediateValue(value: unknown): void {
    super.appendImmediateValue(typeof value === "boolean" ? Number(value) : value);
  }

  protected override addParameter(value: unknown): void {
    super.addParameter(parameterOf(value));
  }
}

const BIGINT = { kind: "DataTypeNode", dataType: "bigint" } as const;

/** As in SQLite: a date is its ISO text. */
function parameterOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value === undefined) return null;
  if (typeof value === "object" && value !== null) {
    throw new TypeError("SQL Server cannot store an object or bytes; turn it into text first.");
  }
  return value;
}

function countOf({ limit }: LimitNode): number {
  const count = ValueNode.is(limit) ? Number(limit.value) : Number.NaN;
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new NotPortable("limit takes a whole number above 0.");
}

function outputOf({ selections }: ReturningNode, from: "inserted" | "deleted"): OutputNode {
  const table = TableNode.create(from);
  return OutputNode.create(
    selections.map(({ selection }) => {
      const column = columnIn(selection);
      return SelectionNode.create(
        column === null ? ReferenceNode.createSelectAll(table) : ReferenceNode.create(column, table),
      );
    }),
  );
}

/** The one column of a selection; null for all of them. */
function columnIn(node: OperationNode): ColumnNode | null {
  if (SelectAllNode.is(node)) return null;
  if (ColumnNode.is(node)) return node;
  if (ReferenceNode.is(node)) return columnIn(node.column);
  throw new NotPortable("returning takes columns by their own names: returning([…]) or returningAll().");
}
