import { test } from "tap";
import { silentSidecar } from "../../helpers/silent-sidecar.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const GENERATED = "agents.bimclassification.suggestion.generated";
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
