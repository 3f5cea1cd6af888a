import { join } from "node:path";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import t from "tap";
import type { Test } from "tap";
import { z } from "zod";
import { decideOn } from "../../../src/agents/kit/domain/decide-on.ts";
import { VersionConflict } from "../../../src/agents/kit/domain/event-store.ts";
import type { Decider } from "../../../src/agents/kit/domain/decider.ts";
import { HandlerContext } from "../../../src/agents/kit/handling/context.ts";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { openDatabase } from "../../../src/agents/kit/sql/open-database.ts";
import { SqlWork } from "../../../src/agents/kit/sql/sql-work.ts";
import { tableNames } from "../../../src/agents/kit/sql/tables.ts";

const opened = z.object({ type: z.literal("opened"), data: z.object({ title: z.string() }) });
const closed = z.object({ type: z.literal("closed"), data: z.object({}) });
const event = z.discriminatedUnion("type", [opened, closed]);
type TicketEvent = z.infer<typeof event>;
type Ticket = { at: "none" } | { at: "open"; title: string } | { at: "closed" };
type Command = { do: "open"; title: string } | { do: "close" };

const ticket: Decider<Ticket, Command, TicketEvent> = {
  initialState: () => ({ at: "none" }),
  decide: (command, state) => {
    if (command.do === "open") return [{ type: "opened", data: { title: command.title } }];
    return state.at === "open" ? [{ type: "closed", data: {} }] : [];
  },
  evolve: (_state, happened) =>
    happened.type === "opened" ? { at: "open", title: happened.data.title } : { at: "closed" },
};

function context(): HandlerContext {
  return new HandlerContext({
    correlationId: "c-1",
    log,
    signal: new AbortController().signal,
    event: null,
    depth: null,
    traceparent: null,
  });
}

const log = createLogger(() => undefined);

async function openHelpdesk(url: string, migrations: Readonly<Record<string, Migration>>) {
  return await openDatabase({ agent: "helpdesk", url, migrations, log });
}

async function open(t: Test) {
  const url = `sqlite:${join(t.testdir(), "agents.db")}`;
  const database = await openDatabase({ agent: "helpdesk", url, migrations: {}, log });
  t.teardown(() => database.close());
  await database.ready;
  const work = new SqlWork(database.db, tableNames("helpdesk"), {
    agentId: "helpdesk",
    publishes: [],
    clock: () => new Date(0),
    newId: () => "id",
  });
  return { database, work };
}

void t.test("a decider's events are recorded in order and read back as the domain knows them", async (t) => {
  const { work } = await open(t);
  const run = async (command: Command) =>
    await work.transact(
      context(),
      async (tx) => await decideOn(tx.events(event), ticket, "ticket-1", command),
    );
  t.same(await run({ do: "open", title: "Printer" }), {
    state: { at: "open", title: "Printer" },
    version: 1,
    events: [{ type: "opened", data: { title: "Printer" } }],
  });
  t.same((await run({ do: "close" })).version, 2);
  t.same(await run({ do: "close" }), { state: { at: "closed" }, version: 2, events: [] });
  const history = await work.events(event).read("ticket-1");
  t.match(history, [
    { streamId: "ticket-1", version: 1, event: { type: "opened" }, metadata: { correlationId: "c-1" } },
    { version: 2, event: { type: "closed" }, recordedAt: "1970-01-01T00:00:00.000Z" },
  ]);
  t.same(await work.events(event).read("ticket-2"), []);
});

void t.test(
  "who appends to a stream that has moved on is told its version, and nothing is written",
  async (t) => {
    const { work } = await open(t);
    const append = async (expected: number) =>
      await work.transact(context(), async (tx) => {
        const store = tx.events(event);
        await store.append("other", 0, [{ type: "closed", data: {} }]);
        return await store.append("ticket-1", expected, [{ type: "opened", data: { title: "x" } }]);
      });
    await t.rejects(append(3), new VersionConflict("ticket-1", 3, 0));
    t.same(await work.events(event).read("other"), [], "the whole unit is undone");
    t.equal(await append(0), 1);
  },
);

void t.test("units of work that run at the same time come one after the other", async (t) => {
  const { work } = await open(t);
  const run = async () =>
    await work.transact(context(), async (tx) => {
      const store = tx.events(event);
      const version = (await store.read("ticket-1")).length;
      await new Promise((resolve) => setImmediate(resolve));
      return await store.append("ticket-1", version, [{ type: "closed", data: {} }]);
    });
  t.same(await Promise.all([run(), run(), run()]), [1, 2, 3]);
});

void t.test("a migration that fails is named, and leaves nothing of itself behind", async (t) => {
  const url = `sqlite:${join(t.testdir(), "agents.db")}`;
  const good = {
    up: async (db: Kysely<unknown>) => await db.schema.createTable("one").addColumn("a", "text").execute(),
  };
  const bad = {
    up: async (db: Kysely<unknown>) => {
      await db.schema.createTable("two").addColumn("a", "text").execute();
      await db.schema.createTable("one").addColumn("a", "text").execute();
    },
  };
  const first = await openHelpdesk(url, { "0001_good": good, "0002_bad": bad });
  await t.rejects(first.ready, { name: "StartError", message: /helpdesk.*0002_bad.*already exists/ });
  await first.close();
  const second = await openHelpdesk(url, {
    "0001_good": good,
    "0002_mended": {
      up: async (db: Kysely<unknown>) => await db.schema.createTable("two").addColumn("a", "text").execute(),
    },
  });
  await t.resolves(second.ready);
  await second.close();
});

void t.test(
  "values that SQLite has no type for are stored as it can: booleans, dates, nothing",
  async (t) => {
    const { database } = await open(t);
    const db = database.db.withTables<{
      things: { a: boolean | number; b: Date | string; c: string | null };
    }>();
    await database.db.schema
      .createTable("things")
      .addColumn("a", "integer")
      .addColumn("b", "text")
      .addColumn("c", "text")
      .execute();
    await db
      .insertInto("things")
      .values({ a: true, b: new Date(0), c: null })
      .execute();
    t.same(await db.selectFrom("things").selectAll().execute(), [
      { a: 1, b: "1970-01-01T00:00:00.000Z", c: null },
    ]);
  },
);
