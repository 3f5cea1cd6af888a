import { test } from "tap";
import { z } from "zod";
import { asking } from "../../helpers/asking.ts";
import { pick } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { KNOWN } from "../rest/known.ts";
import { databaseOf, store } from "./helpers/projections.ts";

const UNREADABLE = "urn:agents:problem:event-unreadable";

/** What makes an aggregate, where its answer names it, how it is read and listed, and what its next event is called. */
const AGENTS = [
  {
    name: "servicedesk",
    stream: "ticket-",
    idIn: ["ticketId"],
    aggregate: "/tickets",
    list: "/tickets",
    next: "resolved",
    projection: "queue",
  },
  {
    name: "bimclassification",
    stream: "element-",
    idIn: ["elements", "0", "elementId"],
    aggregate: "/elements",
    list: "/pending",
    next: "approved",
    projection: "elements",
  },
] as const;

for (const { name, stream, idIn, aggregate, list, next, projection } of AGENTS) {
  await test(`${name}: what a newer version has written is said to be so, and all else goes on`, async (t) => {
    const system = await TestSystem.start(t, []);
    const ask = asking(name);
    const body = KNOWN[name]?.bodies["POST /execute"];
    const first = await system.agent(name);
    const made = await ask(first, "POST", "/execute", { body });
    t.equal(made.status, 200);
    const path = `${aggregate}/${String(pick(made.body, "result", ...idIn))}`;
    t.equal((await ask(first, "GET", path)).status, 200);
    const before = (await ask(first, "GET", list)).body;
    await first.kill();

    using database = databaseOf(system);
    const row = database.prepare(`select stream_id, max(version) as version from ${name}_events`).get();
    const { stream_id, version } = z.object({ stream_id: z.string(), version: z.number() }).parse(row);
    t.ok(stream_id.startsWith(stream));
    store(database, name, [
      { stream: stream_id, version: version + 1, type: next, data: {}, schemaVersion: 9 },
    ]);
    // As the newer version has left it: its list is one of another version, too.
    database.exec(`update ${name}_projections set version = 99 where name = '${projection}'`);

    const agent = await system.agent(name);
    const place = new RegExp(
      `Event ${version + 1} of the stream ${stream_id} .*${next}, schema version 9\\).*up to schema version 1`,
    );
    t.match(agent.output(), place, "the log says so at the start");
    const ready = await fetch(`${agent.url}/healthz/ready`);
    t.match(
      decodeURIComponent(ready.headers.get("agents-note") ?? ""),
      `projection ${projection} is not rebuilt`,
    );
    const problem = { status: 500, body: { type: UNREADABLE, detail: place, hint: /version of the agent/ } };
    t.match(await ask(agent, "GET", path), problem);
    t.match(await ask(agent, "POST", `/projections/${projection}/rebuild`, { body: {} }), problem);
    t.match((await ask(agent, "GET", "/projections")).body, {
      projections: [{ name: projection, builtVersion: 99 }],
    });
    t.strictSame((await ask(agent, "GET", list)).body, before, "the list is what it was");
    const other = name === "servicedesk" ? body : { elements: [{ id: "w9", ifcClass: "IfcWall" }] };
    t.equal((await ask(agent, "POST", "/execute", { body: other })).status, 200, "another one can be made");

    database.exec(`delete from ${name}_events where schema_version = '9'`);
    t.equal((await ask(agent, "POST", `/projections/${projection}/rebuild`, { body: {} })).status, 200);
    t.equal(
      (await fetch(`${agent.url}/healthz/ready`)).headers.get("agents-note"),
      null,
      "no more to be said",
    );
    t.equal((await ask(agent, "GET", path)).status, 200);
    const { projections } = z
      .object({ projections: z.array(z.object({ version: z.number(), builtVersion: z.number() })) })
      .parse((await ask(agent, "GET", "/projections")).body);
    t.equal(projections[0]?.builtVersion, projections[0]?.version);
  });
}

await test("an event that is damaged is said to be so, and not taken for a mistake of who asks", async (t) => {
  const system = await TestSystem.start(t, []);
  const ask = asking("servicedesk");
  const agent = await system.agent("servicedesk");
  using database = databaseOf(system);
  const [unknown, broken] = [crypto.randomUUID(), crypto.randomUUID()];
  store(database, "servicedesk", [
    { stream: `ticket-${unknown}`, version: 1, type: "sold", data: {} },
    { stream: `ticket-${broken}`, version: 1, type: "submitted", data: {} },
  ]);
  database.exec(`update servicedesk_events set data = '{"title":' where stream_id = 'ticket-${broken}'`);
  for (const id of [unknown, broken])
    t.match(await ask(agent, "GET", `/tickets/${id}`), {
      status: 500,
      body: { type: UNREADABLE, detail: new RegExp(`^Event 1 of the stream ticket-${id} `) },
    });
});
