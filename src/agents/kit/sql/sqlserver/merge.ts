import {
  AndNode,
  BinaryOperationNode,
  ColumnUpdateNode,
  InsertQueryNode,
  JoinNode,
  MatchedNode,
  MergeQueryNode,
  OperationNodeTransformer,
  OperatorNode,
  RawNode,
  ReferenceNode,
  TableNode,
  UpdateQueryNode,
  ValueListNode,
  ValuesNode,
  WhenNode,
} from "kysely";
import type { ColumnNode, OnConflictNode, OperationNode } from "kysely";
import { trusted } from "../../process/trusted.ts";
import { NotPortable } from "./not-portable.ts";

/** The rows that are to be inserted, by the name that SQLite has for them in `do update set`. */
const NEW_ROWS = "excluded";

/**
 * `insert … on conflict` as a MERGE.
 *
 * @throws NotPortable
 */
export function toMerge(insert: InsertQueryNode, conflict: OnConflictNode): MergeQueryNode {
  const { into, columns, values } = insert;
  const keys = conflict.columns ?? [];
  if (keys.length === 0) {
    throw new NotPortable(
      "onConflict needs the columns of the key: onConflict((c) => c.columns([…]).doNothing()).",
    );
  }
  if (into === undefined || columns === undefined || values === undefined || !ValuesNode.is(values)) {
    throw new NotPortable("onConflict works only with values().");
  }
  if (conflict.indexWhere !== undefined || insert.with !== undefined) {
    throw new NotPortable("onConflict takes no condition on the index and no common table expression.");
  }
  const target = (column: ColumnNode): ReferenceNode => ReferenceNode.create(column, into);
  const fresh = (column: ColumnNode): ReferenceNode =>
    ReferenceNode.create(column, TableNode.create(NEW_ROWS));
  const rows = RawNode.create(
    ["(", `) as [${NEW_ROWS}] (`, ...columns.slice(1).map(() => ", "), ")"],
    [values, ...columns],
  );
  const matches = keys
    .map<OperationNode>((key) =>
      BinaryOperationNode.create(target(key), OperatorNode.create("="), fresh(key)),
    )
    .reduce((left, right) => AndNode.create(left, right));
  const missing = WhenNode.cloneWithResult(
    WhenNode.create(MatchedNode.create(true)),
    InsertQueryNode.cloneWith(InsertQueryNode.createWithoutInto(), {
      columns,
      values: ValuesNode.create([ValueListNode.create(columns.map(fresh))]),
    }),
  );
  const whens = conflict.updates === undefined ? [missing] : [found(conflict, into), missing];
  return {
    ...MergeQueryNode.create(locked(into)),
    using: JoinNode.createWithOn("Using", rows, matches),
    whens,
    ...(insert.output === undefined ? {} : { output: insert.output }),
  };
}

/**
 * The hints keep the place of a missing row locked from the look to the insert: without them two that insert the same key
 * at the same time both find nothing. Kysely has no node for them; its compiler takes any node in this place.
 */
function locked(into: TableNode): TableNode {
  return trusted<TableNode>(RawNode.create(["", " with (updlock, holdlock)"], [into]));
}

/** `when matched [and …] then update set …`. */
function found({ updates = [], updateWhere }: OnConflictNode, into: TableNode): WhenNode {
  const existing = new OfExisting(into);
  const matched = MatchedNode.create(false);
  const condition =
    updateWhere === undefined ? matched : AndNode.create(matched, existing.transformNode(updateWhere.where));
  const set = updates.map(({ column, value }) =>
    ColumnUpdateNode.create(column, existing.transformNode(value)),
  );
  return WhenNode.cloneWithResult(
    WhenNode.create(condition),
    UpdateQueryNode.cloneWithUpdates(UpdateQueryNode.createWithoutTable(), set),
  );
}

/** In SQLite a column without a table is that of the row which is there; in a MERGE it could be either. */
class OfExisting extends OperationNodeTransformer {
  readonly #into: TableNode;

  constructor(into: TableNode) {
    super();
    this.#into = into;
  }

  protected override transformReference(node: ReferenceNode): ReferenceNode {
    return node.table === undefined ? { ...node, table: this.#into } : super.transformReference(node);
  }
}
