import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";
import { silentSidecar } from "../../helpers/silent-sidecar.ts";
import { LEEDS } from "./ask.ts";

const CREATED = "agents.servicedesk.ticket.created";
const TRIAGED = "agents.servicedesk.ticket.triaged";
const ESCALATED = "agents.servicedesk.ticket.escalated";

async function execute(url: string): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json", "idempotency-key": "leeds-1" };
  const body = JSON.stringify(LEEDS);
  const response = await fetch(`${url}/api/servicedesk/execute`, { method: "POST", headers, body });
  return (await response.json()) as Record<string, unknown>;
}

await test("killed between save and publish, a ticket is neither lost nor there twice", async (t) => {
  const system = await TestSystem.start(t, [CREATED, TRIAGED, ESCALATED]);
  const silent = await silentSidecar(t);
  const doomed = await system.agent("servicedesk", { DAPR_HTTP_PORT: String(silent.port) });
  const cut = execute(doomed.url).catch(() => "no answer");
  const saved = JSON.parse(await silent.published) as { id: string; type: string };
  t.equal(saved.type, CREATED);
  await doomed.kill();
  t.equal(await cut, "no answer");
  t.equal(system.seen.length, 0, "nothing was published yet");

  const agent = await system.agent("servicedesk");
  const [created] = await system.until(CREATED, 1);
  await system.until(ESCALATED, 1);
  t.equal(created?.id, saved.id, "what comes after the crash is what was saved before it");
  const answer = await execute(agent.url);
  t.match(answer, {
    correlationId: created?.data.data.correlationId,
    result: { ticketId: created?.data.data.payload["ticketId"], at: "escalated", priority: "1-Critical" },
    events: [{ id: saved.id }, { eventType: TRIAGED }, { eventType: ESCALATED }],
  });
  t.strictSame(await execute(agent.url), answer);
  const page = await agent.get("/api/servicedesk/tickets");
  t.equal((page.body["items"] as unknown[]).length, 1);
  t.equal(new Set(system.seen.map(({ id }) => id)).size, 3);
});
