import { test } from "tap";
import { TestSystem } from "../../helpers/test-system.ts";

const APPROVED = "agents.bimclassification.suggestion.approved";
const REJECTED = "agents.bimclassification.suggestion.rejected";
const APPLIED = "agents.bimclassification.classification.applied";
const API = "/api/bimclassification";

interface Item {
  readonly elementId: string;
  readonly suggestionId: string;
  readonly version: number;
}

/** Walls that are outside (0.9, settled) and windows of which that is only assumed (0.5). */
function elementsOf(walls: number, windows: number): readonly object[] {
  const wall = { ifcClass: "IfcWall", properties: { "Pset_WallCommon.IsExternal": true } };
  return [
    ...Array.from({ length: walls }, (_, index) => ({ id: `w${index}`, ...wall })),
    ...Array.from({ length: windows }, (_, index) => ({ id: `x${index}`, ifcClass: "IfcWindow" })),
  ];
}

await test("many suggestions are approved by what was seen of them, each for itself, and told one by one", async (t) => {
  const system = await TestSystem.start(t, [APPROVED, REJECTED]);
  const agent = await system.agent("bimclassification");
  await agent.post(`${API}/execute`, { elements: elementsOf(5, 2) });
  const pending = await agent.get(`${API}/pending?at=suggested&code=B2010&confidenceAtLeast=0.9`);
  t.match(pending.body, { total: 5, items: { length: 5 }, next: null });
  const [w0, w1, w2, w3, w4] = pending.body["items"] as [Item, Item, Item, Item, Item];

  // In the meantime somebody else decides, and new facts come in.
  await agent.post(`${API}/elements/${w1.elementId}/override`, { code: "C1010", by: "bob" });
  await agent.post(`${API}/elements/${w2.elementId}/reject`, { reason: "no", by: "bob" });
  await agent.post(`${API}/elements`, {
    format: "elements",
    elements: [{ id: w3.elementId, ifcClass: "IfcWall", properties: { IsExternal: false } }],
  });
  const elements = [
    { elementId: w0.elementId, suggestionId: w0.suggestionId, version: w0.version },
    { elementId: w1.elementId, version: w1.version },
    { elementId: w2.elementId, suggestionId: w2.suggestionId },
    { elementId: w3.elementId, suggestionId: w3.suggestionId },
    { elementId: w4.elementId, suggestionId: crypto.randomUUID() },
    { elementId: "nobody" },
    { elementId: "x0" },
  ];
  const first = await agent.post(`${API}/elements/approve`, { elements, by: "ada" });
  t.match(first, {
    status: 200,
    body: {
      result: {
        done: 2,
        unchanged: 0,
        refused: 5,
        left: null,
        elements: [
          {
            elementId: w0.elementId,
            outcome: "done",
            at: "approved",
            version: 3,
            code: "B2010",
            problem: null,
          },
          {
            outcome: "refused",
            problem: { type: "urn:agents:problem:precondition-failed", status: 412, detail: /version 3/ },
          },
          {
            outcome: "refused",
            problem: { type: "urn:agents:problem:conflict", status: 409, detail: /was rejected/ },
          },
          { outcome: "refused", problem: { status: 409, detail: /nothing is suggested/, hint: /Ask/ } },
          { outcome: "refused", problem: { status: 409, detail: /no longer the present one/ } },
          { elementId: "nobody", problem: { type: "urn:agents:problem:not-found", status: 404 } },
          { elementId: "x0", outcome: "done", code: "B2020" },
        ],
      },
      events: [{ eventType: APPROVED }, { eventType: APPROVED }],
      generatedBy: null,
    },
  });
  t.match((await agent.get(`${API}/elements/${w1.elementId}`)).body, {
    at: "approved",
    code: { code: "C1010" },
  });

  // What was done already is done once.
  const again = await agent.post(`${API}/elements/approve`, {
    elements: [{ elementId: w0.elementId, suggestionId: w0.suggestionId }, { elementId: "x0" }],
  });
  t.match(again.body, { result: { done: 0, unchanged: 2, refused: 0 }, events: { length: 0 } });
  const told = await system.until(APPROVED, 3);
  t.same(
    told.map((each) => (each.data.data.payload as { elementId: string }).elementId).toSorted(),
    [w0.elementId, w1.elementId, "x0"].toSorted(),
  );
  t.match((await agent.get(`${API}/elements/${w0.elementId}/history`)).body["entries"], [
    {},
    {},
    { what: "approved", by: "ada" },
  ]);
});

await test("a filter decides what it finds, in bounded steps, and says how many are left", async (t) => {
  const system = await TestSystem.start(t, [APPROVED, REJECTED, APPLIED]);
  const agent = await system.agent("bimclassification");
  await agent.post(`${API}/execute`, { elements: elementsOf(5, 3) });
  const filter = { code: "B2010", confidenceAtLeast: 0.9, agreement: ["agrees", "rules-only"] };
  const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const send = async () => {
    const body = JSON.stringify({ filter, limit: 2, by: "ada" });
    const response = await fetch(`${agent.url}${API}/elements/approve`, { method: "POST", headers, body });
    return (await response.json()) as { result: object; events: readonly object[] };
  };
  const first = await send();
  t.match(first, { result: { done: 2, left: 3, elements: { length: 2 } }, events: { length: 2 } });
  t.same(await send(), first, "the same request with its key again does nothing");
  t.match((await agent.post(`${API}/elements/approve`, { filter, by: "ada" })).body, {
    result: { done: 3, left: 0 },
  });
  t.match((await agent.post(`${API}/elements/approve`, { filter, by: "ada" })).body, {
    result: { done: 0, left: 0, elements: { length: 0 } },
    events: { length: 0 },
  });

  t.match(await agent.post(`${API}/elements/approve`, { filter: { agreement: "agrees" } }), {
    body: { result: { done: 0, left: 0 } },
  });
  const reason = "windows are surveyed anew";
  t.match(
    await agent.post(`${API}/elements/reject`, { filter: { ifcClass: "IfcWindow" }, reason, by: "bob" }),
    {
      body: { result: { done: 3, left: 0, elements: [{ at: "rejected", code: null }, {}, {}] } },
    },
  );
  t.match((await system.until(REJECTED, 3))[0]?.data.data.payload, {
    code: { code: "B2020" },
    reason,
    by: "bob",
  });

  // Applied is only what was approved.
  const some = [{ elementId: "w0" }, { elementId: "x0" }];
  t.match((await agent.post(`${API}/elements/apply`, { elements: some })).body, {
    result: {
      done: 1,
      refused: 1,
      elements: [
        { at: "applied", code: "B2010" },
        {
          problem: { status: 409, detail: /it is rejected, and only an approved classification is applied/ },
        },
      ],
    },
  });
  t.match((await agent.post(`${API}/elements/apply`, { filter: { source: "execute" }, by: "ada" })).body, {
    result: { done: 4, left: 0 },
  });
  await system.until(APPLIED, 5);
  t.match((await agent.get(`${API}/pending`)).body, { total: 3 });
  t.equal(system.seen.length, 5 + 3 + 5);
});

await test("a decision about many says exactly what it is about", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("bimclassification");
  await agent.post(`${API}/execute`, { elements: elementsOf(1, 0) });
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{}, /give elements or a filter/],
    [{ elements: [{ elementId: "w0" }], filter: { code: "B2010" } }, /give elements or a filter/],
    [{ elements: [] }, /elements/],
    [{ elements: [{ elementId: "w0" }, { elementId: "w0" }] }, /given twice/],
    [{ elements: Array.from({ length: 501 }, (_, index) => ({ elementId: String(index) })) }, /500/],
    [{ filter: {} }, /say at least one thing/],
    [{ filter: { system: "UNIFORMAT II" } }, /say at least one thing/],
    [{ filter: { confidence: 0.9 } }, /confidence/],
    [{ filter: { confidenceAtLeast: null } }, /confidenceAtLeast/],
    [{ filter: { confidenceAtLeast: 7 } }, /confidenceAtLeast/],
    [{ filter: { agreement: ["always"] } }, /agreement/],
    [{ filter: { code: "Z9999" } }, /"Z9999" is no code of UNIFORMAT II/],
    [{ filter: { code: "B2010" }, limit: 501 }, /limit/],
    [{ filter: { code: "B2010" }, dryRun: true }, /dryRun/],
  ];
  for (const [body, detail] of wrong)
    t.match(
      await agent.post(`${API}/elements/approve`, body),
      { status: 422, body: { type: "urn:agents:problem:validation", detail } },
      JSON.stringify(body).slice(0, 80),
    );
  t.match(await agent.post(`${API}/elements/reject`, { filter: { code: "B2010" } }), {
    status: 422,
    body: { errors: [{ path: "reason" }] },
  });
  t.match(await agent.get(`${API}/pending?confidenceAtLeast=high`), { status: 422 });
  t.match(await agent.get(`${API}/pending?code=B20`), { status: 422 });
  t.match((await agent.get(`${API}/elements/w0`)).body, { at: "suggested" }, "nothing of it was done");
});
