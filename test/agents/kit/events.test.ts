import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import t from "tap";
import type { Test } from "tap";
import { send, spawnAgent, startAgent } from "./helpers/agent-process.ts";
import type { AgentProcess } from "./helpers/agent-process.ts";
import { cloudEvent, ScriptedSidecar } from "./helpers/scripted-sidecar.ts";
import type { DeliveredEvent, Published } from "./helpers/scripted-sidecar.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";

const VISIT = "agents.visits.visit.announced";

async function start(t: Test, more: Record<string, string> = {}) {
  const sidecar = await ScriptedSidecar.start(t);
  const database = join(t.testdir(), "agents.db");
  const env = { ...sidecar.env, SQLSERVER_URL: `sqlite:${database}`, ...more };
  const agent = await startAgent(t, "greeter", env);
  return { sidecar, agent, env, database };
}

async function deliver(agent: AgentProcess, event: DeliveredEvent | object) {
  return await send(`${agent.url}/events/${VISIT}`, undefined, {
    method: "POST",
    body: JSON.stringify(event),
    headers: { "content-type": "application/cloudevents+json" },
  });
}

async function timesGreeted(agent: AgentProcess, who: string): Promise<unknown> {
  return (await send(`${agent.url}/api/greeter/greetings/${who}`)).body["times"];
}

void t.test(
  "a command publishes its event before it answers, as a CloudEvent that mirrors the standard event",
  async (t) => {
    const { sidecar, agent } = await start(t);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const answer = await send(
      `${agent.url}/api/Greeter/Execute`,
      { who: "Ada" },
      {
        headers: { "content-type": "application/json", traceparent },
        method: "POST",
        body: JSON.stringify({ who: "Ada" }),
      },
    );
    const [event] = sidecar.published;
    const correlationId = answer.body["correlationId"];
    t.match(event, {
      specversion: "1.0",
      type: "agents.greeter.greeting.made",
      topic: "agents.greeter.greeting.made",
      source: "/agents/greeter",
      subject: "greetings/Ada",
      datacontenttype: "application/json",
      contentType: "application/cloudevents+json",
      agentsdepth: 0,
      traceparent,
      data: {
        eventType: "agents.greeter.greeting.made",
        dataVersion: "1.0",
        metadataVersion: "1",
        data: { correlationId, causationId: correlationId, agentId: "greeter", payload: { who: "Ada" } },
      },
    });
    t.equal(event?.data.id, event?.id);
    t.match(answer.body, {
      result: { who: "Ada", text: "Good morning, Ada." },
      events: [{ id: event?.id, eventType: "agents.greeter.greeting.made" }],
      generatedBy: "sample",
      promptRef: /^greet@1\.0\.0\+[0-9a-f]{12}$/,
    });
  },
);

void t.test(
  "an event keeps the correlation of the one that caused it, names it as its cause and is one deeper",
  async (t) => {
    const { sidecar, agent } = await start(t);
    const event = cloudEvent(VISIT, { who: "Bob" }, { agentsdepth: 4 });
    const answer = await deliver(agent, event);
    t.same(answer.body, { status: "SUCCESS" });
    t.match(sidecar.published, [
      {
        agentsdepth: 5,
        data: { data: { correlationId: event.data.data.correlationId, causationId: event.id } },
      },
    ]);
  },
);

void t.test("an event that is delivered twice, also at the same time, is handled once", async (t) => {
  const { sidecar, agent } = await start(t);
  const event = cloudEvent(VISIT, { who: "Bob" });
  const answers = await Promise.all([deliver(agent, event), deliver(agent, event), deliver(agent, event)]);
  t.same(
    answers.map((answer) => answer.body),
    answers.map(() => ({ status: "SUCCESS" })),
  );
  t.same((await deliver(agent, event)).body, { status: "SUCCESS" });
  t.equal(await timesGreeted(agent, "Bob"), 1);
  t.equal(new Set(sidecar.published.map((published) => published.id)).size, 1);
});

void t.test("what cannot be handled is dropped with the reason, never answered with 404", async (t) => {
  const { agent } = await start(t);
  const cases: [object, RegExp][] = [
    [{}, /no standard event/],
    [{ id: "1", data: "text" }, /no standard event.*string/],
    [cloudEvent(VISIT, { who: "" }), /does not fit agents\.visits\.visit\.announced: who/],
    [cloudEvent("agents.visits.visit.cancelled", {}), /type agents\.visits\.visit\.cancelled, expected/],
    [cloudEvent(VISIT, { who: "Bob" }, { agentsdepth: 33 }), /33 deep.*cut at 32/],
    [cloudEvent(VISIT, { who: "nobody" }), /nobody cannot be greeted/],
  ];
  for (const [event, reason] of cases) {
    const { status, body } = await deliver(agent, event);
    t.equal(status, 200);
    t.match(body, { status: "DROP", reason });
    await t.resolves(agent.printed(String(body["reason"]).slice(0, 30)));
  }
  const unknown = await send(`${agent.url}/events/agents.visits.gone.type`, cloudEvent(VISIT, {}));
  t.match([unknown.status, unknown.body], [200, { status: "DROP", reason: /does not subscribe/ }]);
});

void t.test("an event of depth 32 is still handled", async (t) => {
  const { agent } = await start(t);
  t.same((await deliver(agent, cloudEvent(VISIT, { who: "Bob" }, { agentsdepth: 32 }))).body, {
    status: "SUCCESS",
  });
});

void t.test("an error of a handler asks for another delivery and leaves nothing behind", async (t) => {
  const { agent, sidecar } = await start(t);
  const { status, body } = await deliver(agent, cloudEvent(VISIT, { who: "trouble" }));
  t.equal(status, 500);
  t.match(body, { status: 500, detail: "trouble came" });
  t.equal(sidecar.published.length, 0);
});

void t.test(
  "a delivery is not acknowledged while its events cannot be published, and they are not lost",
  async (t) => {
    const { agent, sidecar } = await start(t);
    sidecar.refusing = true;
    const event = cloudEvent(VISIT, { who: "Bob" });
    t.match(await deliver(agent, event), { status: 503, body: { detail: /the bus is down/ } });
    t.match((await send(`${agent.url}/api/greeter/health`)).body, { outbox: { pending: 1 } });
    sidecar.refusing = false;
    t.same((await deliver(agent, event)).body, { status: "SUCCESS" });
    t.equal(await timesGreeted(agent, "Bob"), 1);
    t.match((await send(`${agent.url}/api/greeter/health`)).body, { outbox: { pending: 0 } });
    t.equal(new Set(sidecar.published.map((published) => published.id)).size, 1);
  },
);

void t.test("a command is answered while the bus is down, and its event follows by itself", async (t) => {
  const { agent, sidecar } = await start(t);
  sidecar.refusing = true;
  const answer = await send(`${agent.url}/api/greeter/execute`, { who: "Ada" });
  t.equal(answer.status, 200);
  await agent.printed("events wait in the outbox");
  sidecar.refusing = false;
  await sidecar.publishedCount(1);
  t.match(sidecar.published, [{ id: trusted<{ id: string }[]>(answer.body["events"])[0]?.id }]);
});

void t.test(
  "an agent that is killed between its save and its publish publishes at its next start, once handled",
  async (t) => {
    const { agent, sidecar, env } = await start(t);
    sidecar.refusing = true;
    const event = cloudEvent(VISIT, { who: "crash" });
    await t.rejects(deliver(agent, event));
    t.equal(await agent.exited, "SIGKILL");
    t.equal(sidecar.published.length, 0);

    sidecar.refusing = false;
    const second = await startAgent(t, "greeter", env);
    await send(`${second.url}/healthz/ready`);
    await sidecar.publishedCount(1);
    t.same((await deliver(second, event)).body, { status: "SUCCESS" });
    t.equal(await timesGreeted(second, "crash"), 1);
    t.match(sidecar.published, [{ data: { data: { causationId: event.id } } }]);
  },
);

const whoOf = (event: Published): unknown => trusted<{ who: unknown }>(event.data.data.payload).who;

void t.test("a hundred events that can never be published keep no other event waiting", async (t) => {
  const { agent, sidecar, env } = await start(t);
  sidecar.refuses = (event) => String(whoOf(event)).startsWith("bad");
  const bad = Array.from({ length: 100 }, (_, index) => cloudEvent(VISIT, { who: `bad${index}` }));
  const answers = await Promise.all(bad.map((event) => deliver(agent, event)));
  t.ok(answers.every((answer) => answer.status === 503));
  t.same((await deliver(agent, cloudEvent(VISIT, { who: "Bob" }))).body, { status: "SUCCESS" });
  t.same(sidecar.published.map(whoOf), ["Bob"]);
  t.match((await send(`${agent.url}/api/greeter/health`)).body, { outbox: { pending: 100, failed: 100 } });

  sidecar.refusing = true;
  t.match(await deliver(agent, cloudEvent(VISIT, { who: "Eve" })), { status: 503 });
  agent.child.kill("SIGKILL");
  await agent.exited;
  sidecar.refusing = false;
  const second = await startAgent(t, "greeter", env);
  await send(`${second.url}/healthz/ready`);
  await sidecar.publishedCount(2);
  t.same(sidecar.published.map(whoOf), ["Bob", "Eve"], "also when they stand before it at the start");

  sidecar.refuses = () => false;
  await sidecar.publishedCount(102);
  t.equal(new Set(sidecar.published.map((event) => event.id)).size, 102, "and they go when they can");
});

void t.test("an event that cannot be published is not overtaken by a later one of its flow", async (t) => {
  const { agent, sidecar } = await start(t);
  sidecar.refuses = (event) => JSON.stringify(event.data).includes("first");
  const first = cloudEvent(VISIT, { who: "first" });
  const again = cloudEvent(VISIT, { who: "second" });
  const data = { ...again.data.data, correlationId: first.data.data.correlationId };
  const second = { ...again, data: { ...again.data, data } };
  t.equal((await deliver(agent, first)).status, 503);
  t.equal((await deliver(agent, second)).status, 503);
  t.equal(sidecar.published.length, 0);
  sidecar.refuses = () => false;
  t.same((await deliver(agent, second)).body, { status: "SUCCESS" });
  t.match(sidecar.published, [
    { data: { data: { payload: { who: "first" } } } },
    { data: { data: { payload: { who: "second" } } } },
  ]);
});

void t.test("the sidecar is told of the subscriptions, with a dead-letter topic each", async (t) => {
  const { agent } = await start(t);
  t.same((await send(`${agent.url}/dapr/subscribe`)).body, [
    {
      pubsubname: "agents-pubsub",
      topic: VISIT,
      route: `/events/${VISIT}`,
      deadLetterTopic: "agents.deadletter.greeter",
    },
  ]);
});

void t.test("with APP_API_TOKEN only the sidecar that knows it delivers", async (t) => {
  const { agent } = await start(t, { APP_API_TOKEN: "s3cret" });
  t.equal((await deliver(agent, cloudEvent(VISIT, { who: "Bob" }))).status, 401);
  const answer = await send(`${agent.url}/events/${VISIT}`, undefined, {
    method: "POST",
    body: JSON.stringify(cloudEvent(VISIT, { who: "Bob" })),
    headers: { "content-type": "application/cloudevents+json", "dapr-api-token": "s3cret" },
  });
  t.same(answer.body, { status: "SUCCESS" });
});

void t.test("three agents that start at the same time on a fresh database all come up", async (t) => {
  const env = { SQLSERVER_URL: `sqlite:${join(t.testdir(), "new", "agents.db")}` };
  const agents = await Promise.all(["greeter", "greeter", "greeter"].map((name) => startAgent(t, name, env)));
  for (const agent of agents) {
    t.equal((await send(`${agent.url}/api/greeter/execute`, { who: "Ada" })).status, 200);
  }
  t.equal(await timesGreeted(trusted<AgentProcess>(agents[0]), "Ada"), 3);
});

void t.test("a database that cannot be used ends the agent with one line that says what to do", async (t) => {
  const folder = t.testdir({ file: "" });
  for (const [url, reason, code] of [
    ["", /SQLSERVER_URL is not set/, 78],
    ["mssql://sa@localhost", /names no database/, 78],
    [`sqlite:${folder}/file/agents.db`, /cannot open its database/, 1],
  ] as const) {
    const agent = spawnAgent(t, "greeter", { SQLSERVER_URL: url });
    t.equal(await agent.exited, code);
    t.match(agent.output(), reason);
    t.equal(agent.output().trim().split("\n").length, 1, agent.output());
  }
});

void t.test("the database of a stopped agent is left without a write-ahead log", async (t) => {
  const { agent, database } = await start(t);
  await send(`${agent.url}/api/greeter/execute`, { who: "Ada" });
  agent.child.kill("SIGTERM");
  t.equal(await agent.exited, 0);
  t.throws(() => rmSync(`${database}-wal`), { code: "ENOENT" });
});

void t.test(
  "handled events that cannot be forgotten are told, and nothing else is kept waiting",
  async (t) => {
    const { agent: first, env, database: url } = await start(t);
    await send(`${first.url}/api/greeter/execute`, { who: "Ada" });
    first.child.kill("SIGKILL");
    await first.exited;
    const database = new DatabaseSync(url);
    database.exec(`
    insert into greeter_inbox values ('old', '2020-01-01T00:00:00.000Z');
    create trigger keep before delete on greeter_inbox begin select raise(abort, 'nothing is deleted here'); end;
  `);
    database.close();
    const agent = await startAgent(t, "greeter", env);
    await send(`${agent.url}/healthz/ready`);
    t.match(await agent.printed("cannot forget"), /nothing is deleted here/);
    t.match((await send(`${agent.url}/api/greeter/health`)).body, { outbox: { pending: 0, failed: 0 } });
  },
);
