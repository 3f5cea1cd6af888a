import { join } from "node:path";
import { execa } from "execa";
import { sql } from "kysely";
import t from "tap";
import { z } from "zod";
import { decideOn, loadState } from "../../../src/agents/kit/domain/decide-on.ts";
import { eventCodec, UnreadableEvent } from "../../../src/agents/kit/domain/event-codec.ts";
import { VersionConflict } from "../../../src/agents/kit/domain/event-store.ts";
import { openDatabase } from "../../../src/agents/kit/sql/open-database.ts";
import type { Projection } from "../../../src/agents/kit/sql/projection.ts";
import {
  account,
  balances,
  codec,
  context,
  firstCodec,
  firstSchema,
  log,
  move,
  open,
} from "./helpers/bank.ts";
import type { Account, AccountEvent, Tables } from "./helpers/bank.ts";

void t.test("of those who append to one version, one wins and the others are told", async (t) => {
  const { append, work } = await open(t, join(t.testdir(), "bank.db"));
  for (let version = 0; version < 10; version += 1) {
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((by) => append("account-1", version, [move(by)])),
    );
    t.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1, `version ${version}`);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        t.strictSame(outcome.reason, new VersionConflict("account-1", version, version + 1));
      }
    }
  }
  t.equal((await work.events(codec).read("account-1")).length, 10);
});

void t.test("processes that append to one stream lose nothing and overwrite nothing", async (t) => {
  const url = `sqlite:${join(t.testdir(), "race.db")}`;
  const program = join(import.meta.dirname, "fixtures/appender.ts");
  const runs = await Promise.all(
    [1, 2, 3].map(() => execa(process.execPath, ["--conditions=agents-source", program, url])),
  );
  const told = runs.map(({ stdout }) =>
    z.object({ pid: z.number(), won: z.number() }).parse(JSON.parse(stdout)),
  );
  const database = await openDatabase({ agent: "race", url, migrations: {}, log });
  t.teardown(() => database.close());
  const { rows } = await sql<{ version: number; by: number }>`
    select version, json_extract(data, '$.by') as by from race_events order by version`.execute(database.db);
  t.strictSame(
    rows.map(({ version }) => version),
    Array.from({ length: rows.length }, (_, index) => index + 1),
  );
  for (const { pid, won } of told)
    t.equal(rows.filter(({ by }) => by === pid).length, won, "who was told so has won");
  t.ok(rows.length >= 300);
});

void t.test(
  "all events are read on from a position, also of those streams alone whose name begins so",
  async (t) => {
    const { append, work } = await open(t, join(t.testdir(), "bank.db"));
    // In a pattern, _ would stand for any letter.
    for (const stream of ["a_c-1", "abc-1", "a_c-2", "A%c-1"]) await append(stream, 0, [move(1), move(2)]);
    const all = await work.events(codec).readAll();
    t.strictSame(
      all.map(({ streamId, version }) => `${streamId}/${version}`),
      ["a_c-1/1", "a_c-1/2", "abc-1/1", "abc-1/2", "a_c-2/1", "a_c-2/2", "A%c-1/1", "A%c-1/2"],
    );
    const page = await work
      .events(codec)
      .readAll({ after: all[0]?.position ?? 0, limit: 2, streams: "a_c-" });
    t.strictSame(
      page.map(({ streamId, version }) => `${streamId}/${version}`),
      ["a_c-1/2", "a_c-2/1"],
    );
    t.strictSame(await work.events(codec).readAll({ after: all.at(-1)?.position ?? 0 }), []);
  },
);

void t.test(
  "an event of an older schema version is read in the present one, and stays as it was written",
  async (t) => {
    const { work, append, db } = await open(t, join(t.testdir(), "bank.db"));
    await work.transact(context(), (tx) =>
      tx.events(firstCodec).append("account-1", 0, [{ type: "moved", data: { by: 5 } }]),
    );
    await append("account-1", 1, [move(6)]);
    const read = await work.events(codec).read("account-1");
    t.strictSame(
      read.map(({ event }) => event),
      [{ type: "moved", data: { by: 5, why: "not said" } }, move(6)],
    );
    const stored = await sql<{ schema_version: string; data: string }>`
    select schema_version, data from bank_events order by position`.execute(db);
    t.strictSame(
      stored.rows.map((row) => [row.schema_version, row.data]),
      [
        ["1", '{"by":5}'],
        ["2", '{"by":6,"why":"asked"}'],
      ],
    );
    // What a newer version of the program has written is not guessed at.
    const older = eventCodec(firstSchema);
    await t.rejects(work.events(older).read("account-1"), UnreadableEvent);
    t.throws(() => codec.parse({ type: "moved", data: null, schemaVersion: 1 }), UnreadableEvent);
  },
);

void t.test(
  "a long stream is read from its snapshot on, with the same result as from its beginning",
  async (t) => {
    const { work, db } = await open(t, join(t.testdir(), "bank.db"));
    let evolved = 0;
    const counting = {
      ...account,
      evolve: (state: Account, event: AccountEvent) => {
        evolved += 1;
        return account.evolve(state, event);
      },
    };
    const state = z.object({ balance: z.number(), closed: z.boolean() });
    const decide = async (by: number, version = 1) =>
      await work.transact(context(), (tx) =>
        decideOn(tx.events(codec), counting, "account-1", by, {
          snapshots: tx.snapshots({ every: 10, version, state }),
        }),
      );
    for (let n = 1; n <= 24; n += 1) {
      t.match(await decide(n), { version: n, state: { balance: (n * (n + 1)) / 2 } });
    }
    evolved = 0;
    t.match(await decide(25), { version: 25, state: { balance: 325 } });
    t.equal(evolved, 5, "events 21 to 24, and the new one");
    t.match(await loadState(work.events(codec), account, "account-1"), {
      version: 25,
      state: { balance: 325 },
    });

    evolved = 0;
    t.match(await decide(26, 2), { version: 26, state: { balance: 351 } });
    t.equal(evolved, 26, "a snapshot of another version is not used");
    const kept = await sql<{ version: number }>`select version from bank_snapshots`.execute(db);
    t.strictSame(kept.rows.length, 1);

    let [n, balance] = [26, 351];
    for (const damaged of ['{"balance":', '{"balance":"much","closed":false}', "null", ""]) {
      await sql`update bank_snapshots set state = ${damaged}`.execute(db);
      evolved = 0;
      [n, balance] = [n + 1, balance + 1];
      t.match(await decide(1), { version: n, state: { balance } }, `for a snapshot of ${damaged}`);
      t.equal(evolved, n, "the stream is read instead");
    }
    await decide(0); // 31: the snapshot of 30 took the place of the damaged one
    evolved = 0;
    t.match(await decide(0), { version: 32, state: { balance } });
    t.equal(evolved, 2, "the next snapshot has taken the place of the damaged one");
  },
);

void t.test("a projection that is rebuilt is what it was, whatever has become of its tables", async (t) => {
  const { append, rows, work, db } = await open(t, join(t.testdir(), "bank.db"), [balances()]);
  const versions = new Map<string, number>();
  let random = 7;
  for (let n = 0; n < 1200; n += 1) {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    const stream = `${random % 5 === 0 ? "savings" : "account"}-${random % 23}`;
    const version = versions.get(stream) ?? 0;
    const event: AccountEvent = random % 50 === 0 ? { type: "closed", data: {} } : move(random % 100);
    await append(stream, version, [event], `flow-${n}`);
    versions.set(stream, version + 1);
  }
  await work.transact(context(), (tx) =>
    tx.events(firstCodec).append("account-old", 0, [{ type: "moved", data: { by: 5 } }]),
  );
  const before = await rows();
  t.ok(before.length > 10);
  t.notOk(before.some(({ id }) => id.startsWith("savings")));
  t.match(before.at(-1), { id: "account-old", balance: 5, last: /not said$/ });

  await db.updateTable("balances").set({ balance: 0 }).execute();
  await db.deleteFrom("balances").where("moves", ">", 20).execute();
  await db.insertInto("balances").values({ id: "account-x", balance: 1, moves: 1, last: "" }).execute();
  const events = [...versions]
    .filter(([stream]) => stream.startsWith("account"))
    .reduce((sum, [, n]) => sum + n, 1);
  t.equal(await work.rebuild("balances"), events);
  t.strictSame(await rows(), before);
  await t.rejects(work.rebuild("nobody"), /no projection nobody/);
});

void t.test("a projection that has changed is rebuilt when the agent starts, and only then", async (t) => {
  const file = join(t.testdir(), "bank.db");
  const without = await open(t, file);
  await without.append("account-1", 0, [move(1), move(2)]);
  const first = await open(t, file, [balances(1)]);
  t.match(await first.rows(), [{ id: "account-1", balance: 3, moves: 2 }]);
  await first.db.updateTable("balances").set({ balance: 99 }).execute();
  t.match(
    await (await open(t, file, [balances(1)])).rows(),
    [{ balance: 99 }],
    "the same version is left alone",
  );
  t.match(await (await open(t, file, [balances(10)])).rows(), [{ balance: 3, moves: 20 }]);
});

void t.test("a projection that fails undoes the events that it is made from", async (t) => {
  const failing: Projection<Tables, AccountEvent> = {
    ...balances(),
    apply: () => Promise.reject(new Error("no room")),
  };
  const { append, work } = await open(t, join(t.testdir(), "bank.db"), [failing]);
  await t.rejects(append("account-1", 0, [move(1)]), /no room/);
  t.strictSame(await work.events(codec).readAll(), []);
});
