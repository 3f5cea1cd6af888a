import { globSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import t from "tap";
import { z } from "zod";
import { defineEvent } from "../../../src/agents/kit/events/define-event.ts";
import { HandlerContext } from "../../../src/agents/kit/handling/context.ts";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { anyOf } from "../../../src/agents/kit/sql/any-of.ts";
import { migrate } from "../../../src/agents/kit/sql/migrate.ts";
import { openDatabase } from "../../../src/agents/kit/sql/open-database.ts";
import { SqlOutbox } from "../../../src/agents/kit/sql/sql-outbox.ts";
import { SqlRequests } from "../../../src/agents/kit/sql/sql-requests.ts";
import { SqlSnapshots } from "../../../src/agents/kit/sql/sql-snapshots.ts";
import type { Projection } from "../../../src/agents/kit/sql/projection.ts";
import { rebuildStale } from "../../../src/agents/kit/sql/rebuild.ts";
import { SqlWork } from "../../../src/agents/kit/sql/sql-work.ts";
import { SqlServerDriver, TAKE_TURN } from "../../../src/agents/kit/sql/sqlserver/driver.ts";
import { kyselyOnSqlServer } from "../../../src/agents/kit/sql/sqlserver/open-sqlserver.ts";
import { kitTables, tableNames } from "../../../src/agents/kit/sql/tables.ts";
import { REPO } from "../../helpers/cli.ts";
import { TsqlChecker } from "./tsql/check.ts";
import { observeStatements } from "./tsql/observe.ts";
import type { Seen } from "./tsql/observe.ts";
import { RecordingDriver } from "./tsql/recording-driver.ts";
import { sitesIn } from "./tsql/sites.ts";

interface Tables {
  tickets: { id: string; title: string; points: number; closed: number };
  counters: { name: string; n: number };
}

const db = kyselyOnSqlServer<Tables>(new RecordingDriver());

void t.test("what repositories write for both databases is said in T-SQL", (t) => {
  const said: [
    query: { compile(): { sql: string; parameters: readonly unknown[] } },
    sql: string,
    values?: unknown[],
  ][] = [
    [
      db.selectFrom("tickets").select("id").where("points", ">", 3).orderBy("id").limit(11),
      "select [id] from [tickets] where [points] > @1 order by [id] offset 0 rows fetch next @2 rows only",
      [3, 11],
    ],
    [
      db.selectFrom("tickets").select("id").orderBy("id", "desc").limit(10).offset(20),
      "select [id] from [tickets] order by [id] desc offset @1 rows fetch next @2 rows only",
      [20, 10],
    ],
    [db.selectFrom("tickets").selectAll().limit(1), "select top(1) * from [tickets]"],
    [
      db
        .insertInto("counters")
        .values({ name: "a", n: 1 })
        .onConflict((c) => c.columns(["name"]).doNothing()),
      "merge into [counters] with (updlock, holdlock) using (values (@1, @2)) as [excluded] ([name], [n]) on [counters].[name] = [excluded].[name] when not matched then insert ([name], [n]) values ([excluded].[name], [excluded].[n]);",
      ["a", 1],
    ],
    [
      db
        .insertInto("counters")
        .values([
          { name: "a", n: 1 },
          { name: "b", n: 2 },
        ])
        .onConflict((c) =>
          c
            .column("name")
            .doUpdateSet((eb) => ({ n: eb("counters.n", "+", eb.ref("excluded.n")) }))
            .where("n", "<", 9),
        )
        .returning("n"),
      "merge into [counters] with (updlock, holdlock) using (values (@1, @2), (@3, @4)) as [excluded] ([name], [n]) on [counters].[name] = [excluded].[name] when matched and [counters].[n] < @5 then update set [n] = [counters].[n] + [excluded].[n] when not matched then insert ([name], [n]) values ([excluded].[name], [excluded].[n]) output [inserted].[n];",
      ["a", 1, "b", 2, 9],
    ],
    [
      db.insertInto("counters").values({ name: "a", n: 1 }).returningAll(),
      "insert into [counters] ([name], [n]) output [inserted].* values (@1, @2)",
      ["a", 1],
    ],
    [
      db.updateTable("counters").set({ n: 2 }).where("name", "=", "a").returning(["name", "n"]),
      "update [counters] set [n] = @1 output [inserted].[name], [inserted].[n] where [name] = @2",
      [2, "a"],
    ],
    [
      db
        .deleteFrom("counters")
        .where("name", "in", anyOf(["a", "b"]))
        .returning("name"),
      "delete from [counters] output [deleted].[name] where [name] in (select [value] collate Latin1_General_100_BIN2 from openjson(@1))",
      ['["a","b"]'],
    ],
    [db.selectFrom("tickets").select(sql.ref("order").as("o")), "select [order] as [o] from [tickets]"],
    [db.selectFrom("tickets").select(sql.ref("a]b").as("o")), "select [a]]b] as [o] from [tickets]"],
  ];
  for (const [query, expected, values = []] of said) {
    const compiled = query.compile();
    t.equal(compiled.sql, expected);
    t.same(compiled.parameters, values);
    t.equal(new TsqlChecker().check(compiled), null, expected.slice(0, 40));
  }
  t.end();
});

void t.test("what has no T-SQL with the same meaning is refused, with what to write instead", (t) => {
  const refused: [make: () => { compile(): unknown }, says: RegExp][] = [
    [
      () =>
        db
          .insertInto("counters")
          .values({ name: "a", n: 1 })
          .onConflict((c) => c.doNothing()),
      /columns of the key/,
    ],
    [() => db.insertInto("counters").orIgnore().values({ name: "a", n: 1 }), /onConflict/],
    [() => db.replaceInto("counters").values({ name: "a", n: 1 }), /onConflict/],
    [() => db.selectFrom("tickets").select("id").limit(1).offset(1), /orderBy/],
    [() => db.selectFrom("tickets").select("id").limit(sql.lit(0)), /whole number/],
    [
      () =>
        db
          .insertInto("counters")
          .values({ name: "a", n: 1 })
          .returning(sql<number>`n + 1`.as("m")),
      /own names/,
    ],
    [() => db.schema.createTable("x").addColumn("a", "blob"), /type blob/],
  ];
  for (const [make, says] of refused) t.throws(() => make().compile(), { message: says });
  t.throws(
    () =>
      db
        .updateTable("counters")
        .set({ n: {} as number })
        .compile(),
    /cannot store an object/,
  );
  t.end();
});

void t.test("Kysely's own books and every migration go to SQL Server as T-SQL that holds", async (t) => {
  const inner = new RecordingDriver();
  const driver = new SqlServerDriver(inner, { ready: Promise.resolve(), server: "here:1433", turn: null });
  const checker = new TsqlChecker();
  const files = globSync("src/agents/*/infrastructure/tables.ts", { cwd: REPO });
  t.ok(files.length >= 2, files.join(", "));
  for (const file of files) {
    const { migrations }: { migrations: Readonly<Record<string, Migration>> } = await import(
      join(REPO, file)
    );
    await migrate(kyselyOnSqlServer(driver), file.split("/")[2] ?? "", migrations);
  }
  for (const statement of inner.statements) {
    t.equal(checker.check(statement), null, statement.sql.slice(0, 80));
  }
  const tables = inner.statements.flatMap(({ sql: text }) => /^create table \[(\w+)\]/.exec(text)?.[1] ?? []);
  for (const name of [
    "testplanning_inbox",
    "testplanning_outbox",
    "testplanning_events",
    "testplanning_specs",
  ])
    t.ok(tables.includes(name), name);
  t.ok(tables.includes("notification_deliveries"));
  t.equal(
    inner.happened.filter((what) => what === "begin").length,
    files.length * 2,
    "each set in a transaction",
  );
  t.equal(inner.happened.filter((what) => what === "rollback").length, 0);
  t.ok(
    inner.happened.some((what) => what.includes("sp_getapplock")),
    "two that start together migrate once",
  );
});

void t.test("every statement of the kit itself can go to SQL Server as it is", async (t) => {
  const all: Seen[] = [];
  observeStatements((seen) => all.push(seen));
  const log = createLogger(() => undefined);
  const url = `sqlite:${join(t.testdir(), "agents.db")}`;
  const names = tableNames("helpdesk");
  const codec = z.object({ type: z.literal("opened"), data: z.object({}) });
  const applied: number[] = [];
  const projection: Projection<unknown, z.infer<typeof codec>> = {
    name: "list",
    version: 1,
    streams: "t-",
    codec,
    clear: () => Promise.resolve(),
    apply: (_tx, { position }) => Promise.resolve(void applied.push(position)),
  };
  const database = await openDatabase({
    agent: "helpdesk",
    url,
    migrations: {},
    log,
    prepare: async (early) =>
      void (await rebuildStale(early, names, [projection], () => "2026-01-01T00:00:00.000Z")),
  });
  t.teardown(() => database.close());
  const opened = defineEvent("agents.helpdesk.ticket.opened", z.object({}), { description: "x" });
  const work = new SqlWork(
    database.db,
    names,
    {
      agentId: "helpdesk",
      publishes: [opened],
      clock: () => new Date(),
      newId: () => crypto.randomUUID(),
    },
    [projection],
  );
  const ctx = new HandlerContext({
    correlationId: "c-1",
    log,
    signal: new AbortController().signal,
    event: { id: "e-1", type: "x" },
    depth: 0,
    traceparent: null,
  });
  await work.transact(ctx, async (tx) => {
    await tx.events(codec).append("t-1", 0, [{ type: "opened", data: {} }]);
    tx.emit(opened, {}, { subject: "t" });
  });
  t.equal((await work.events(codec).read("t-1")).length, 1);
  t.equal(await work.isHandled("e-1"), true);
  const again = work.transact(ctx, () => Promise.resolve());
  await t.rejects(again, { name: "AlreadyHandled" }, "an inbox row that is there is left as it is");
  await work.forgetOld();
  t.equal(await work.rebuild("list"), 1);
  t.equal(applied.length, 2, "when it was appended, and when it was built again");
  t.match(await work.projections(), [{ name: "list", builtVersion: 1, events: 1, position: 1 }]);
  const snapshots = new SqlSnapshots(database.db, names, {
    every: 1,
    version: 1,
    state: z.object({ n: z.number() }),
  });
  for (const n of [1, 2]) await snapshots.save("t-1", { state: { n }, version: n });
  t.same(await snapshots.load("t-1"), { state: { n: 2 }, version: 2 });
  const requests = new SqlRequests(database.db, names, () => new Date().toISOString());
  const progress = { events: [], met: ["t-1"], generatedBy: null, promptRef: null };
  const request = { fingerprint: "f", correlationId: "c", progress, answer: null };
  for (const met of [[], ["t-1"]]) await requests.note("r-1", { ...request, progress: { ...progress, met } });
  for (const body of [1, 2]) await requests.conclude("r-1", { ...request, answer: { body, etag: null } });
  t.match(await requests.find("r-1"), { progress, answer: { body: 1 } }, "the first answer stands");
  const other = { ...request, fingerprint: "g", answer: { body: 3, etag: null } };
  await t.rejects(requests.conclude("r-1", other), { name: "Problem" });
  const outbox = new SqlOutbox(kitTables(database.db), names);
  const events = await outbox.read(10, new Set(["other"]));
  t.equal(events.length, 1);
  t.equal((await outbox.read(10, new Set(events.map(({ id }) => id)))).length, 0);
  await outbox.remove(events.map(({ id }) => id));
  t.equal(await outbox.pending(), 0);

  t.same(
    all.filter(({ problem }) => problem !== null),
    [],
  );
  const seen = new Set(all.map(({ site }) => site));
  t.same(
    sitesIn("kit").filter((site) => !seen.has(site)),
    [],
    "each line of the kit that sends a statement was run",
  );
  t.ok(all.length > 15, `${all.length} statements`);
});

void t.test("units of work come one after the other, by a lock that goes with the transaction", async (t) => {
  const inner = new RecordingDriver((text) => (text === TAKE_TURN ? [{ result: 1 }] : []));
  const ready = Promise.withResolvers<void>();
  const driver = new SqlServerDriver(inner, {
    ready: ready.promise,
    server: "here:1433",
    turn: "agents/helpdesk",
  });
  const on = kyselyOnSqlServer<Tables>(driver);
  const unit = on.transaction().execute(async (tx) => await tx.selectFrom("tickets").select("id").execute());
  await new Promise((resolve) => setImmediate(resolve));
  t.same(inner.happened, [], "nothing is sent before the schema is there");
  ready.resolve();
  await unit;
  t.same(inner.happened, ["acquire", "begin", TAKE_TURN, "select [id] from [tickets]", "commit", "release"]);
  t.same(inner.statements[0]?.parameters, ["agents/helpdesk", 30_000]);
  t.equal(new TsqlChecker().check({ sql: TAKE_TURN, parameters: ["x", 1] }), null);

  const busy = new RecordingDriver(() => [{ result: -1 }]);
  const second = kyselyOnSqlServer<Tables>(
    new SqlServerDriver(busy, { ready: Promise.resolve(), server: "here:1433", turn: "agents/helpdesk" }),
  );
  const late = second.transaction().execute(() => Promise.resolve());
  await t.rejects(late, /waited 30 s for the one before it/);
  t.same(busy.happened, ["acquire", "begin", TAKE_TURN, "rollback", "release"]);
});
