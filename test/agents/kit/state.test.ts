import t from "tap";
import type { Test } from "tap";
import { send, startAgent } from "./helpers/agent-process.ts";
import type { AgentProcess } from "./helpers/agent-process.ts";
import { cloudEvent, ScriptedSidecar } from "./helpers/scripted-sidecar.ts";
import { trusted } from "../../../src/agents/kit/process/trusted.ts";

const TICK = "agents.clock.tick.made";

async function start(t: Test) {
  const sidecar = await ScriptedSidecar.start(t);
  return { sidecar, agent: await startAgent(t, "keeper", sidecar.env) };
}

const deliver = async (agent: AgentProcess, event: object) =>
  await send(`${agent.url}/events/${TICK}`, event);

/** Events that stand in the outbox of the state store. */
function waiting(sidecar: ScriptedSidecar): unknown[] {
  return [...sidecar.state]
    .filter(([key]) => key.startsWith("kit/outbox/"))
    .flatMap(([, entry]) => trusted<{ events: unknown[] }>(entry.value).events);
}

void t.test(
  "a unit of work saves, marks the event and publishes; a repeated delivery does none of it again",
  async (t) => {
    const { sidecar, agent } = await start(t);
    const event = cloudEvent(TICK, { name: "a" });
    const answers = await Promise.all([deliver(agent, event), deliver(agent, event)]);
    t.same(
      answers.map((answer) => answer.body),
      [{ status: "SUCCESS" }, { status: "SUCCESS" }],
    );
    t.same((await deliver(agent, event)).body, { status: "SUCCESS" });
    t.same(sidecar.state.get("counts/a")?.value, { count: 1 });
    t.ok(sidecar.state.has(`kit/inbox/${event.id}`));
    t.match(sidecar.published, [
      {
        type: "agents.keeper.count.changed",
        data: { data: { causationId: event.id, payload: { count: 1 } } },
      },
    ]);
    t.same(waiting(sidecar), []);
  },
);

void t.test("units that run at the same time lose nothing", async (t) => {
  const { sidecar, agent } = await start(t);
  const events = Array.from({ length: 20 }, () => cloudEvent(TICK, { name: "a" }));
  await Promise.all(events.map((event) => deliver(agent, event)));
  t.same(sidecar.state.get("counts/a")?.value, { count: 20 });
  t.equal(new Set(sidecar.published.map((event) => event.id)).size, 20);
  t.same(waiting(sidecar), []);
});

void t.test("when another replica writes in between, the unit runs again on what it finds", async (t) => {
  const { sidecar, agent } = await start(t);
  let others = 2;
  sidecar.beforeTransaction = () => {
    others -= 1;
    if (others >= 0) sidecar.state.set("counts/a", { value: { count: 10 }, etag: `other-${others}` });
  };
  const answer = await send(`${agent.url}/api/keeper/execute`, { name: "a" });
  t.match(answer.body, { result: { count: 11 }, events: [{ eventType: "agents.keeper.count.changed" }] });
  t.equal(trusted<unknown[]>(answer.body["events"]).length, 1);
  t.same(sidecar.state.get("counts/a")?.value, { count: 11 });
});

void t.test(
  "events of a unit that another replica got ahead of are not published, on Redis neither",
  async (t) => {
    const { sidecar, agent } = await start(t);
    sidecar.likeRedis = true;
    let others = 2;
    sidecar.beforeTransaction = () => {
      others -= 1;
      if (others >= 0) sidecar.state.set("counts/a", { value: { count: 10 }, etag: `other-${others}` });
    };
    const event = cloudEvent(TICK, { name: "a" });
    t.same((await deliver(agent, event)).body, { status: "SUCCESS" });
    t.match(sidecar.published, [{ data: { data: { payload: { count: 11 } } } }]);
    t.equal(sidecar.published.length, 1);
    t.same(waiting(sidecar), []);
  },
);

void t.test(
  "what was saved by an agent that was killed before it published is published at its next start",
  async (t) => {
    const { sidecar, agent } = await start(t);
    sidecar.refusing = true;
    const event = cloudEvent(TICK, { name: "a", crash: true });
    await t.rejects(deliver(agent, event));
    t.equal(await agent.exited, "SIGKILL");
    t.equal(waiting(sidecar).length, 1);

    sidecar.refusing = false;
    const second = await startAgent(t, "keeper", sidecar.env);
    await send(`${second.url}/healthz/ready`);
    await sidecar.publishedCount(1);
    t.same((await deliver(second, event)).body, { status: "SUCCESS" });
    t.same(sidecar.state.get("counts/a")?.value, { count: 1 });
  },
);

void t.test("the state store keeps the first write, and tells when another one came first", async (t) => {
  const { agent } = await start(t);
  t.match((await send(`${agent.url}/api/keeper/save-twice`, {})).body, {
    result: { refused: true, found: { count: 1 }, gone: true },
  });
});

void t.test(
  "without a sidecar a command that needs it fails with a reason, and the agent stays up",
  async (t) => {
    const agent = await startAgent(t, "keeper");
    const answer = await send(`${agent.url}/api/keeper/execute`, { name: "a" });
    t.match(answer, {
      status: 503,
      body: { type: "urn:agents:problem:sidecar-unavailable", detail: /DAPR_HTTP_PORT/ },
    });
    t.equal((await send(`${agent.url}/healthz/live`)).status, 200);
  },
);

void t.test("an outbox that nobody has looked into yet is not called empty", async (t) => {
  const { agent } = await start(t);
  await send(`${agent.url}/api/keeper/execute`, { name: "a" });
  t.match((await send(`${agent.url}/api/keeper/health`)).body, { outbox: { pending: 0, failed: 0 } });
  const alone = await startAgent(t, "keeper");
  t.match((await send(`${alone.url}/api/keeper/health`)).body, { outbox: { pending: null, failed: 0 } });
});

void t.test("whoever asks about the outbox while the sidecar hangs shares one look into it", async (t) => {
  const { sidecar, agent } = await start(t);
  sidecar.silent = true;
  const asked = Array.from({ length: 6 }, async () => await send(`${agent.url}/api/keeper/health`));
  for (const answer of await Promise.all(asked)) t.match(answer.body, { outbox: { pending: null } });
  sidecar.speak();
  t.match(await send(`${agent.url}/api/keeper/execute`, { name: "a" }), { status: 200 });
  const looks = sidecar.reads.findIndex((keys) => keys.includes("counts/a"));
  // The agent's own search after its start may be among them.
  t.ok(looks === 1 || looks === 2, `${looks} looks stand before the unit of work`);
});
