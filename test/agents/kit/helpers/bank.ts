import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Test } from "tap";
import { z } from "zod";
import type { Decider } from "../../../../src/agents/kit/domain/decider.ts";
import { eventCodec } from "../../../../src/agents/kit/domain/event-codec.ts";
import type { EventCodec } from "../../../../src/agents/kit/domain/event-codec.ts";
import { HandlerContext } from "../../../../src/agents/kit/handling/context.ts";
import { createLogger } from "../../../../src/agents/kit/log/logger.ts";
import { openDatabase } from "../../../../src/agents/kit/sql/open-database.ts";
import type { Projection } from "../../../../src/agents/kit/sql/projection.ts";
import { rebuildStale } from "../../../../src/agents/kit/sql/rebuild.ts";
import { SqlWork } from "../../../../src/agents/kit/sql/sql-work.ts";
import { tableNames } from "../../../../src/agents/kit/sql/tables.ts";

const moved = z.object({ type: z.literal("moved"), data: z.object({ by: z.number(), why: z.string() }) });
const closed = z.object({ type: z.literal("closed"), data: z.object({}) });
const schema = z.discriminatedUnion("type", [moved, closed]);
export type AccountEvent = z.infer<typeof schema>;

/** Version 2 of `moved` says why. */
export const codec = eventCodec<AccountEvent>(schema, {
  moved: [(data) => ({ ...data, why: "not said" })],
});

/** How the first version of this program wrote. */
export const firstSchema = z.object({ type: z.literal("moved"), data: z.object({ by: z.number() }) });
export const firstCodec: EventCodec<z.infer<typeof firstSchema>> = firstSchema;

export interface Account {
  readonly balance: number;
  readonly closed: boolean;
}
export const account: Decider<Account, number, AccountEvent> = {
  initialState: () => ({ balance: 0, closed: false }),
  decide: (by, state) => (state.closed ? [] : [{ type: "moved", data: { by, why: "asked" } }]),
  evolve: (state, event) =>
    event.type === "moved"
      ? { ...state, balance: state.balance + event.data.by }
      : { ...state, closed: true },
};

export interface Tables {
  balances: { id: string; balance: number; moves: number; last: string };
}
const migrations = {
  "0001_balances": {
    up: async (db: Kysely<unknown>) => {
      await sql`create table balances (id text primary key, balance integer, moves integer, last text)`.execute(
        db,
      );
    },
  },
};

export function balances(version = 1): Projection<Tables, AccountEvent> {
  return {
    name: "balances",
    version,
    streams: "account-",
    codec,
    clear: async (db) => void (await db.deleteFrom("balances").execute()),
    apply: async (db, { streamId, event, recordedAt, metadata }) => {
      if (event.type === "closed") {
        await db.deleteFrom("balances").where("id", "=", streamId).execute();
        return;
      }
      const last = `${recordedAt} ${metadata["correlationId"] ?? ""} ${event.data.why}`;
      const { numUpdatedRows } = await db
        .updateTable("balances")
        .set((eb) => ({
          balance: eb("balance", "+", event.data.by),
          moves: eb("moves", "+", version),
          last,
        }))
        .where("id", "=", streamId)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) return;
      await db
        .insertInto("balances")
        .values({ id: streamId, balance: event.data.by, moves: version, last })
        .execute();
    },
  };
}

export function context(correlationId = "c-1"): HandlerContext {
  return new HandlerContext({
    correlationId,
    log: createLogger(() => undefined),
    signal: new AbortController().signal,
    event: null,
    depth: null,
    traceparent: null,
  });
}

const names = tableNames("bank");
export const log = createLogger(() => undefined);

/** A connection to the database of a test, as each process of an agent has one. */
export async function open(t: Test, file: string, projections: readonly Projection<Tables>[] = []) {
  let now = 0;
  const database = await openDatabase<Tables>({
    agent: "bank",
    url: `sqlite:${file}`,
    migrations,
    log,
    prepare: async (db) =>
      void (await rebuildStale(db, names, projections, () => "2026-01-01T00:00:00.000Z")),
  });
  t.teardown(() => database.close());
  await database.ready;
  const emitting = {
    agentId: "bank",
    publishes: [],
    clock: () => new Date((now += 1000)),
    newId: () => "id",
  };
  const work = new SqlWork(database.db, names, emitting, projections);
  const append = async (stream: string, expected: number, events: readonly AccountEvent[], flow?: string) =>
    await work.transact(context(flow), (tx) => tx.events(codec).append(stream, expected, events));
  const rows = () => database.db.selectFrom("balances").selectAll().orderBy("id").execute();
  return { db: database.db, work, append, rows };
}

export function move(by: number): AccountEvent {
  return { type: "moved", data: { by, why: "asked" } };
}
