import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";

const WOKEN = "agents.waker.person.woken";
const entry = "test/agents/kit/fixtures/waker.ts";

await test("work that was left for later is done after the next start, as part of the flow that left it", async (t) => {
  const system = await TestSystem.start(t, [WOKEN]);
  const first = await system.agent("waker", {}, { entry });
  const answer = await first.post("/api/waker/execute", { who: "ada" });
  t.equal(answer.status, 200);
  await first.kill();
  t.equal(system.seen.length, 0);
  const next = await system.agent("waker", { WAKER_FAILS: "1" }, { entry });
  const [event] = await system.until(WOKEN, 1);
  const { correlationId } = answer.body;
  t.match(event?.data.data, { correlationId, causationId: correlationId, payload: { who: "ada" } });
  while (!next.output().includes("the alarm clock is broken")) await next.get("/healthz/live");
  t.equal((await next.get("/api/waker/health")).status, 200, "what fails there ends nothing");
});
