import { test } from "tap";
import { silentSidecar } from "../../helpers/silent-sidecar.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const ESCALATED = "agents.servicedesk.ticket.escalated";
const CREATED = "agents.devops.issue.created";
const SENT = "agents.notification.sent.completed";

await test("nobody in Leeds can log in: triaged, escalated, an issue, a notification, each once", async (t) => {
  const system = await TestSystem.start(t, [ESCALATED, CREATED, SENT]);
  const [desk] = await Promise.all(
    ["servicedesk", "devops", "notification"].map((name) => system.agent(name)),
  );
  const body = "Nobody in the Leeds office (120 people) can log in since 09:00";
  const send = async (): Promise<unknown> => {
    const headers = { "content-type": "application/json", "idempotency-key": "leeds" };
    const request = { method: "POST", headers, body: JSON.stringify({ title: body, body }) };
    return await (await fetch(`${desk?.url ?? ""}/api/servicedesk/execute`, request)).json();
  };
  const answer = await send();
  t.match(answer, { result: { priority: "1-Critical" } });
  const [escalated] = await system.until(ESCALATED, 1);
  const [created] = await system.until(CREATED, 1);
  const [sent] = await system.until(SENT, 1);
  for (const event of [created, sent])
    t.match(event?.data.data, {
      causationId: escalated?.id,
      correlationId: escalated?.data.data.correlationId,
    });
  t.match(created?.data.data.payload, { title: `1-Critical: ${body}`, labels: ["incident", "rank-1"] });
  t.same(await send(), answer, "the same request with the same key has the same answer");
  t.equal(system.seen.length, 3, "and adds nothing");
});

await test("killed between save and publish, the issue is there once and is told once", async (t) => {
  const system = await TestSystem.start(t, [CREATED]);
  const silent = await silentSidecar(t);
  const doomed = await system.agent("devops", { DAPR_HTTP_PORT: String(silent.port) });
  const headers = { "content-type": "application/json", "idempotency-key": "once" };
  const request = { method: "POST", headers, body: JSON.stringify({ title: "Write the report" }) };
  const cut = fetch(`${doomed.url}/api/devops/issues`, request).catch(() => "no answer");
  const event: unknown = JSON.parse(await silent.published);
  t.match(event, { type: CREATED, data: { data: { payload: { title: "Write the report" } } } });
  await doomed.kill();
  await cut;
  t.equal(system.seen.length, 0, "nothing was published yet");

  const next = await system.agent("devops");
  const [told] = await system.until(CREATED, 1);
  t.match(event, { id: told?.id }, "what comes after the crash is the event that was saved before it");
  t.match(await (await fetch(`${next.url}/api/devops/issues`, request)).json(), { result: { version: 1 } });
  t.match((await next.get("/api/devops/issues")).body, {
    items: [{ title: "Write the report" }],
    next: null,
  });
  t.equal(((await next.get("/api/devops/issues")).body["items"] as unknown[]).length, 1);
});
