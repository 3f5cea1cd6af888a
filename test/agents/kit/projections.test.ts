import { test } from "tap";
import { z } from "zod";
import { asking } from "../../helpers/asking.ts";
import type { Answer } from "../../helpers/asking.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { KNOWN } from "../rest/known.ts";
import { databaseOf, store, untilSomebodyWrites } from "./helpers/projections.ts";

const ask = asking("servicedesk");
const PRINTER = { title: "Printer", body: "The printer on floor 2 is out of toner." };

const listed = z.object({
  projections: z.array(
    z.object({
      name: z.string(),
      version: z.number(),
      builtVersion: z.number().nullable(),
      events: z.number(),
      position: z.number().nullable(),
      rebuiltAt: z.string().nullable(),
    }),
  ),
});

/** What is done with each agent, what it lists then, and the tables of its projections. */
const AGENTS = {
  bimclassification: {
    commands: ["POST /execute", "POST /elements", "POST /suggestions"],
    lists: ["/pending"],
    tables: ["bimclassification_elements"],
  },
  notification: {
    commands: ["POST /execute", "PUT /suppressions/made%40example.com"],
    lists: ["/deliveries", "/suppressions"],
    tables: ["notification_deliveries", "notification_channels", "notification_suppressions"],
  },
  servicedesk: {
    commands: ["POST /execute", "PUT /knowledge/toner"],
    lists: ["/tickets", "/knowledge?q=toner"],
    tables: ["servicedesk_queue", "servicedesk_articles", "servicedesk_tokens"],
  },
  testplanning: {
    commands: ["POST /execute", "POST /specs/{specId}/approve"],
    lists: ["/specs"],
    tables: ["testplanning_approvals"],
  },
} as const;

for (const [name, { commands, lists, tables }] of Object.entries(AGENTS)) {
  await test(`${name}: lists that somebody has damaged are made again, and are what they were`, async (t) => {
    const system = await TestSystem.start(t, []);
    const agent = await system.agent(name);
    const asked = asking(name);
    let specId = "";
    for (const command of commands) {
      const [method = "", path = ""] = command.split(" ");
      const template = path.replace("toner", "{articleId}").replace("made%40example.com", "{address}");
      const body = KNOWN[name]?.bodies[`${method} ${template}`];
      const answer = await asked(agent, method, path.replace("{specId}", specId), { body });
      t.equal(answer.status, 200, `${command}: ${JSON.stringify(answer.body)}`);
      specId = z.object({ specId: z.string() }).safeParse(answer.body["result"]).data?.specId ?? specId;
    }
    const all = async (): Promise<readonly unknown[]> =>
      await Promise.all(lists.map(async (list) => (await asked(agent, "GET", list)).body));
    const before = await all();
    using database = databaseOf(system);
    const rows = (): unknown =>
      tables.map((table) => database.prepare(`select * from ${table} order by 1, 2`).all());
    const kept = rows();

    database.exec(`delete from ${tables[0]}`);
    for (const table of tables.slice(1)) {
      const [column] = database.prepare(`pragma table_info(${table})`).all();
      database.exec(`update ${table} set ${String(column?.["name"])} = 'damaged ' || rowid`);
    }
    t.notSame(await all(), before, "the damage shows");
    const { projections } = listed.parse((await asked(agent, "GET", "/projections")).body);
    t.ok(projections.length > 0);
    for (const { name: projection, version, builtVersion, events, position, rebuiltAt } of projections) {
      t.equal(builtVersion, version, projection);
      t.match(rebuiltAt, /^\d{4}-\d\d-\d\dT.*Z$/, projection);
      t.equal(position === null, events === 0, projection);
      const answer = await asked(agent, "POST", `/projections/${projection}/rebuild`, { body: {} });
      t.match(answer, { status: 200, body: { result: { name: projection, version, replayed: events } } });
    }
    t.ok(projections.some(({ events }) => events > 0));
    t.strictSame(await all(), before);
    t.strictSame(rows(), kept);
    for (const each of listed.parse((await asked(agent, "GET", "/projections")).body).projections) {
      const earlier = projections.find((one) => one.name === each.name);
      t.ok((each.rebuiltAt ?? "") > (earlier?.rebuiltAt ?? "z"), `${each.name} says when`);
    }
  });
}

await test("a list is rebuilt twice at once while commands come in, and nothing is missing or there twice", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("servicedesk");
  const rebuild = (): Promise<Answer> => ask(agent, "POST", "/projections/queue/rebuild", { body: {} });
  const submit = (): Promise<Answer> => ask(agent, "POST", "/tickets", { body: PRINTER });
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, n) => (n % 6 === 5 ? rebuild() : submit())),
  );
  t.strictSame(
    answers.map(({ status }) => status),
    Array.from({ length: 30 }, () => 200),
  );
  const queue = (await ask(agent, "GET", "/tickets?limit=100")).body;
  const ids = z.object({ items: z.array(z.object({ ticketId: z.string() })) }).parse(queue).items;
  t.equal(ids.length, 25);
  t.equal(new Set(ids.map(({ ticketId }) => ticketId)).size, 25);
  await rebuild();
  t.strictSame((await ask(agent, "GET", "/tickets?limit=100")).body, queue);

  t.match(await ask(agent, "POST", "/projections/nobody/rebuild", { body: {} }), {
    status: 404,
    body: {
      type: "urn:agents:problem:not-found",
      detail: /no projection nobody, only queue, articles, resolutions/,
    },
  });
});

await test("killed in the middle of a rebuild, a list is what it was before", async (t) => {
  const system = await TestSystem.start(t, []);
  const doomed = await system.agent("servicedesk");
  t.equal((await ask(doomed, "POST", "/execute", { body: PRINTER })).status, 200);
  using database = databaseOf(system);
  const source = { kind: "request", id: "r-1" };
  const data = {
    ...PRINTER,
    affectedUsers: null,
    requester: null,
    source,
    submittedAt: "2026-01-05T09:00:00Z",
  };
  // Enough for a kill to come before the end.
  const old = Array.from({ length: 20_000 }, () => ({ stream: `ticket-${crypto.randomUUID()}`, version: 1 }));
  store(
    database,
    "servicedesk",
    old.map((each) => ({ ...each, type: "submitted", data })),
  );
  const before = listed.parse((await ask(doomed, "GET", "/projections")).body).projections[0];
  t.match(before, { name: "queue" });
  const queue = (await ask(doomed, "GET", "/tickets")).body;

  const cut = ask(doomed, "POST", "/projections/queue/rebuild", { body: {} }).catch(() => "no answer");
  await untilSomebodyWrites(system);
  await doomed.kill();
  t.equal(await cut, "no answer");
  const agent = await system.agent("servicedesk");
  t.strictSame(listed.parse((await ask(agent, "GET", "/projections")).body).projections[0], before);
  t.strictSame((await ask(agent, "GET", "/tickets")).body, queue);
  const events = before?.events ?? 0;
  const again = await ask(agent, "POST", "/projections/queue/rebuild", { body: {} });
  t.match(again.body, { result: { replayed: events } });
  const rows = database.prepare("select count(*) as n from servicedesk_queue").get();
  t.match(rows, { n: 20_001 });
});
