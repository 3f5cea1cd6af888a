import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";

const FILED = "agents.clerk.letter.filed";
const entry = "test/agents/kit/fixtures/clerk.ts";

/** Resolves when its health says that nothing waits in either outbox. */
async function nothingWaits(agent: RunningAgent): Promise<void> {
  for (;;) {
    const { outbox } = (await agent.get("/api/clerk/health")).body;
    if (JSON.stringify(outbox) === '{"pending":0,"failed":0}') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

await test("what an agent with SQL saved in its state store before a kill -9 is published at its next start", async (t) => {
  const system = await TestSystem.start(t, [FILED]);
  for (const where of ["state", "sql"]) {
    const doomed = await system.agent("clerk", {}, { entry });
    await t.rejects(doomed.post("/api/clerk/execute", { where, dies: true }));
    await doomed.ended;
    await system.gone("clerk");
    t.notOk(
      system.seen.some((event) => event.data.data.payload["where"] === where),
      "it died before",
    );
  }
  const next = await system.agent("clerk", {}, { entry });
  await system.until(FILED, 2);
  t.strictSame(
    new Set(system.seen.map((event) => event.data.data.payload["where"])),
    new Set(["sql", "state"]),
  );
  t.equal(system.seen.length, 2);
  await nothingWaits(next);
  for (const where of ["state", "sql"]) {
    const letter = { where, dies: false, flow: crypto.randomUUID() };
    t.equal((await next.post("/api/clerk/execute", letter)).status, 200);
    const { body } = await next.get("/api/clerk/health");
    t.same(body["outbox"], { pending: 0, failed: 0 }, "an event of another flow is published as well");
  }
});

await test("an agent with SQL needs no state store: it says once that there is none, and works", async (t) => {
  const system = await TestSystem.start(t, [FILED], { statestore: false });
  const agent = await system.agent("clerk", {}, { entry });
  await nothingWaits(agent);
  for (let count = 1; count <= 3; count += 1) {
    const { status } = await agent.post("/api/clerk/execute", { where: "sql", dies: false });
    t.equal(status, 200);
    await system.until(FILED, count);
  }
  const refused = await agent.post("/api/clerk/execute", { where: "state", dies: false });
  t.equal(refused.status, 503);
  t.match(refused.body["detail"], /agents-statestore/);
  await nothingWaits(agent);
  const said = agent.output().match(/no state store/g) ?? [];
  t.equal(said.length, 1, agent.output());
  t.notMatch(agent.output(), /events wait in the outbox/);
});
