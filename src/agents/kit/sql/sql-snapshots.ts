import type { Kysely } from "kysely";
import type { Loaded, SnapshotCodec, Snapshots } from "../domain/snapshots.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";

/** States beside long streams, one a stream. Give it the transaction that appends. */
export class SqlSnapshots<State> implements Snapshots<State> {
  readonly #db: Kysely<Record<string, KitTables["snapshots"]>>;
  readonly #table: string;
  readonly #codec: SnapshotCodec<State>;

  constructor(db: unknown, names: TableNames, codec: SnapshotCodec<State>) {
    this.#db = kitTables<KitTables["snapshots"]>(db);
    this.#table = names.snapshots;
    this.#codec = codec;
  }

  get every(): number {
    return this.#codec.every;
  }

  async load(streamId: string): Promise<Loaded<State> | null> {
    const row = await this.#db
      .selectFrom(this.#table)
      .select(["version", "state"])
      .where("stream_id", "=", streamId)
      .where("schema_version", "=", this.#codec.version)
      .executeTakeFirst();
    if (row === undefined) return null;
    try {
      return { state: this.#codec.state.parse(JSON.parse(row.state)), version: row.version };
    } catch {
      return null; // a shortcut that cannot be read is none: the stream has it all, and the next one takes its place
    }
  }

  async save(streamId: string, { state, version }: Loaded<State>): Promise<void> {
    const values = { version, schema_version: this.#codec.version, state: JSON.stringify(state) };
    const { numUpdatedRows } = await this.#db
      .updateTable(this.#table)
      .set(values)
      .where("stream_id", "=", streamId)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n) return;
    await this.#db
      .insertInto(this.#table)
      .values({ stream_id: streamId, ...values })
      .execute();
  }
}
