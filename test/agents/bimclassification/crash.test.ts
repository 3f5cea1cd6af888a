import { test } from "tap";
import { silentSidecar } from "../../helpers/silent-sidecar.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const GENERATED = "agents.bimclassification.suggestion.generated";
const APPROVED = "agents.bimclassification.suggestion.approved";
const APPLIED = "agents.bimclassification.classification.applied";
const API = "/api/bimclassification";

await test("killed between save and publish, nothing is lost and nothing comes twice", async (t) => {
  const system = await TestSystem.start(t, [GENERATED, APPLIED]);
  const silent = await silentSidecar(t);
  const doomed = await system.agent("bimclassification", { DAPR_HTTP_PORT: String(silent.port) });
  const elements = [{ id: "r1", ifcClass: "IfcRoof" }];
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const request = { method: "POST", headers, body: JSON.stringify({ elements }) };
  const cut = fetch(`${doomed.url}${API}/execute`, request).catch(() => "no answer");
  const event: unknown = JSON.parse(await silent.published);
  t.match(event, { type: GENERATED, data: { data: { payload: { suggestions: [{ elementId: "r1" }] } } } });
  await doomed.kill();
  await cut;
  t.equal(system.seen.length, 0, "nothing was published yet");

  const next = await system.agent("bimclassification");
  const [sent] = await system.until(GENERATED, 1);
  t.match(event, { id: sent?.id }, "what comes after the crash is the event that was saved before it");
  const answer = await fetch(`${next.url}${API}/execute`, request);
  t.match(await answer.json(), { result: { elements: [{ at: "suggested", code: { code: "B1020" } }] } });
  t.match((await next.get(`${API}/elements/r1/history`)).body["entries"], [
    { what: "imported" },
    { what: "suggested" },
  ]);

  await next.post(`${API}/elements/r1/approve`, {});
  await next.post(`${API}/elements/r1/apply`, {});
  await system.until(APPLIED, 1);
  t.same(
    system.seen.map((each) => each.type),
    [GENERATED, APPLIED],
  );
});

await test("a command that chooses its elements is about the same ones when it comes again after a crash", async (t) => {
  const system = await TestSystem.start(t, [GENERATED, APPROVED]);
  const elements = ["r1", "r2", "r3", "r4", "r5"].map((id) => ({ id, ifcClass: "IfcRoof" }));
  let agent = await system.agent("bimclassification");
  await agent.post(`${API}/elements`, { format: "elements", elements });
  for (const [path, body, at] of [
    ["/suggestions", { limit: 4 }, "suggested"],
    ["/elements/approve", { filter: { code: "B1020" }, limit: 3 }, "approved"],
  ] as const) {
    await agent.kill();
    const silent = await silentSidecar(t);
    const doomed = await system.agent("bimclassification", { DAPR_HTTP_PORT: String(silent.port) });
    const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    const cut = fetch(doomed.url + API + path, request).catch(() => "no answer");
    await silent.published;
    await doomed.kill();
    await cut;
    agent = await system.agent("bimclassification");
    const answer = await fetch(agent.url + API + path, request);
    const { result } = (await answer.json()) as { result: { elements: readonly { at: string }[] } };
    t.same(
      result.elements.map((each) => each.at),
      Array.from({ length: body.limit }, () => at),
    );
    t.match((await agent.get(`${API}/pending?at=${at}`)).body, { total: body.limit }, `${path}: no others`);
  }
  await system.until(APPROVED, 3);
  t.equal(system.seen.length, 1 + 3, "nothing is told twice");
});
