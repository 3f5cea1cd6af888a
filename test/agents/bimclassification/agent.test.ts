import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { suggestionGeneratedPayload } from "../../../src/agents/bimclassification/events.ts";
import { readIfc } from "../../../src/agents/bimclassification/domain/ifc/ifc-reader.ts";
import { REPO } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { statementsNotSeen } from "../kit/tsql/sites.ts";

const GENERATED = "agents.bimclassification.suggestion.generated";
const APPROVED = "agents.bimclassification.suggestion.approved";
const REJECTED = "agents.bimclassification.suggestion.rejected";
const APPLIED = "agents.bimclassification.classification.applied";
const API = "/api/bimclassification";
const EXAMPLE = await readFile(join(REPO, "examples/ifc/small-building.ifc"), "utf8");

const model = readIfc(EXAMPLE);
function idOf(name: string): string {
  const found = model.elements.find((element) => element.name === name);
  if (found === undefined) throw new Error(`no element ${name}`);
  return encodeURIComponent(found.id);
}

await test("an IFC file goes in; one suggestion is approved and applied, one is rejected; the file comes back", async (t) => {
  const system = await TestSystem.start(t, [GENERATED, APPROVED, REJECTED, APPLIED]);
  const agent = await system.agent("bimclassification");
  const wall = `${API}/elements/${idOf("CMU 200 brick veneer")}`;
  const door = `${API}/elements/${idOf("Office door 1.04")}`;
  const unknown = `${API}/elements/${idOf("Wall 17")}`;

  const imported = await agent.post(`${API}/elements`, { format: "ifc", content: EXAMPLE, source: "small" });
  t.match(imported, {
    status: 200,
    body: {
      result: {
        source: "small",
        schema: "IFC4",
        imported: 31,
        unchanged: 0,
        leftOut: { IFCOPENINGELEMENT: 1 },
      },
      events: [],
    },
  });
  t.match((await agent.get(wall)).body, {
    at: "unclassified",
    code: null,
    element: { storey: "Ground floor" },
  });
  t.match(await agent.post(`${wall}/apply`, {}), {
    status: 409,
    body: {
      type: "urn:agents:problem:conflict",
      detail: /cannot be applied: it is unclassified, and only an approved classification is applied/,
    },
  });
  t.match(await agent.post(`${wall}/approve`, {}), { status: 409 });

  const run = await agent.post(`${API}/suggestions`, { limit: 100 });
  t.match(run, { status: 200, body: { generatedBy: "sample", events: [{ eventType: GENERATED }] } });
  const [event] = await system.until(GENERATED, 1);
  const told = suggestionGeneratedPayload.parse(event?.data.data.payload);
  t.equal(told.suggestions.length, 28);
  t.match(
    told.suggestions.find((each) => each.name === "CMU 200 brick veneer"),
    {
      code: { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010", title: "Exterior Walls" },
      confidence: 0.9,
      agreement: "rules-only",
      alternatives: [{ code: "C1010" }],
      status: "suggested",
    },
  );
  t.same(told.withoutSuggestion.length, 3, "the wall that says nothing, the proxy and the space");
  t.match((await agent.get(unknown)).body, { at: "unclassified" });
  // Those are looked at again one by one, and none stands in the way of the next.
  const looked: string[] = [];
  let after: unknown;
  do {
    const { result: part } = (await agent.post(`${API}/suggestions`, { limit: 1, after })).body as {
      result: { elements: readonly { elementId: string }[]; next: string | null };
    };
    looked.push(...part.elements.map(({ elementId }) => elementId));
    after = part.next ?? undefined;
  } while (after !== undefined);
  t.same(looked.toSorted(), told.withoutSuggestion.map(({ elementId }) => elementId).toSorted());

  const { suggestionId } = (await agent.get(wall)).body["suggestion"] as { suggestionId: string };
  t.match(await agent.post(`${wall}/approve`, { suggestionId: crypto.randomUUID() }), { status: 409 });
  const approved = await agent.post(`${wall}/approve`, { suggestionId, by: "ada" });
  t.match(approved, {
    status: 200,
    body: {
      result: { at: "approved", approval: { by: { kind: "person", name: "ada" } } },
      generatedBy: "sample",
    },
  });
  const { result } = approved.body as { result: { suggestion: object } };
  t.notOk("generatedBy" in result.suggestion, "who made it stands beside the result of a command only");
  t.match(await agent.post(`${wall}/apply`, { by: "ada" }), { body: { result: { at: "applied" } } });
  t.match(
    await agent.post(`${wall}/apply`, { by: "ada" }),
    { status: 200, body: { events: [] } },
    "again changes nothing",
  );
  t.match(await agent.post(`${wall}/reject`, { reason: "late" }), {
    status: 409,
    body: { detail: /applied as B2010 already/, hint: /^Override the code/ },
  });
  const reason = "it is a fire door of the corridor";
  t.match(await agent.post(`${door}/reject`, { reason, by: "bob" }), {
    body: { result: { at: "rejected", code: null, rejection: { reason, by: "bob" } } },
  });
  t.match(await agent.post(`${door}/apply`, {}), { status: 409, body: { detail: /it is rejected/ } });

  const history = await agent.get(`${wall}/history`);
  t.match(history.body["entries"], [
    { version: 1, what: "imported" },
    { what: "suggested", code: { code: "B2010" }, confidence: 0.9 },
    { what: "approved", by: "ada" },
    { version: 4, what: "applied", by: "ada", code: { code: "B2010" } },
  ]);
  t.match((await agent.get(`${door}/history`)).body["entries"], [
    {},
    {},
    { what: "rejected", by: "bob", reason },
  ]);
  t.match((await system.until(APPROVED, 1))[0]?.data.data.payload, { suggestionId, overridden: false });
  t.match((await system.until(REJECTED, 1))[0]?.data.data.payload, { code: { code: "C1020" }, reason });
  t.match((await system.until(APPLIED, 1))[0]?.data.data.payload, {
    ifcClass: "IfcWall",
    code: { code: "B2010" },
  });

  const again = await agent.post(`${API}/elements/${idOf("Office door 1.04")}/override`, {
    code: "B2030",
    by: "bob",
  });
  t.match(again.body, {
    result: { at: "approved", approval: { overridden: true, code: { code: "B2030" } } },
  });

  const first = await agent.get(`${API}/pending?limit=20`);
  const second = await agent.get(`${API}/pending?limit=20&after=${String(first.body["next"])}`);
  const items = [first, second].flatMap(({ body }) => body["items"] as { elementId: string; at: string }[]);
  t.equal(new Set(items.map((item) => item.elementId)).size, 30, "all but the applied one, each once");
  t.equal(second.body["next"], null);
  t.match((await agent.get(`${API}/pending?at=approved`)).body, {
    items: [{ code: "B2030", at: "approved" }],
  });

  const repeated = await agent.post(`${API}/elements`, { format: "ifc", content: EXAMPLE, source: "small" });
  t.match(repeated.body, { result: { imported: 0, changed: 0, unchanged: 31 } });
  t.match(
    (await agent.post(`${API}/suggestions`, { elementIds: [decodeURIComponent(idOf("Base slab"))] })).body,
    { events: [] },
  );

  const written = await agent.post(`${API}/ifc`, { content: EXAMPLE });
  const { content, ...rest } = written.body["result"] as { content: string };
  t.match(rest, {
    schema: "IFC4",
    written: [decodeURIComponent(idOf("CMU 200 brick veneer"))],
    present: [],
    open: 30,
  });
  const copy = readIfc(content);
  t.match(copy.elements.find((element) => element.name === "CMU 200 brick veneer")?.references, [
    { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010", title: "Exterior Walls" },
  ]);
  t.equal(copy.elements.filter((element) => element.references.length > 0).length, 1);
  t.match((await agent.post(`${API}/ifc`, { content })).body, {
    result: { written: { length: 0 }, content },
  });
  t.equal(system.seen.length, 5);
});

await test("execute takes elements in and suggests at once; the same again adds nothing", async (t) => {
  const system = await TestSystem.start(t, [GENERATED, APPROVED]);
  const agent = await system.agent("bimclassification");
  const elements = [
    {
      id: "w1",
      ifcClass: "IfcWall",
      name: "CMU 200 brick veneer",
      properties: { "Pset_WallCommon.IsExternal": true },
    },
    // GlobalIds tell cases apart.
    { id: "W1", ifcClass: "IfcDoor", name: "Thing" },
  ];
  const answer = await agent.post("/api/BimClassification/execute", { elements });
  t.match(answer, {
    status: 200,
    body: {
      result: {
        elements: [
          {
            elementId: "w1",
            at: "suggested",
            code: { code: "B2010" },
            suggestion: { modelNote: /sample model/ },
          },
          {
            elementId: "W1",
            at: "unclassified",
            reason: /whether it is external or inside is not said/,
            candidates: [{ code: "B2030" }, { code: "C1020" }],
          },
        ],
      },
      events: [{ eventType: GENERATED }],
      generatedBy: "sample",
      promptRef: /^suggest-code@1\.0\.0\+/,
    },
  });
  t.match(await agent.post(`${API}/execute`, { elements }), { status: 200, body: { events: { length: 0 } } });
  await agent.post(`${API}/elements/W1/override`, { code: "C1020" });
  t.match((await agent.post(`${API}/execute`, { elements })).body, {
    result: { elements: [{ at: "suggested" }, { at: "approved", code: { code: "C1020" } }] },
    events: [],
  });
  // New facts take back what was suggested from the old ones.
  const inside = [{ ...elements[0], properties: { "Pset_WallCommon.IsExternal": false } }];
  t.match((await agent.post(`${API}/execute`, { elements: inside })).body, {
    result: { elements: [{ at: "suggested", code: { code: "C1010" } }] },
    events: [{ eventType: GENERATED }],
  });
  t.match((await agent.get(`${API}/elements/w1/history`)).body["entries"], [
    { what: "imported" },
    { what: "suggested" },
    { what: "facts-changed" },
    { what: "suggested" },
  ]);
});

await test("a request that comes again with its key, and a version that was seen", async (t) => {
  const system = await TestSystem.start(t, [GENERATED, APPROVED]);
  const agent = await system.agent("bimclassification");
  const elements = [{ id: "s1", ifcClass: "IfcSlab", predefinedType: "floor" }];
  const send = async (path: string, body: object, headers: Record<string, string>) =>
    await fetch(agent.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const key = { "idempotency-key": crypto.randomUUID() };
  const first = await send(`${API}/execute`, { elements }, key);
  const second = await send(`${API}/execute`, { elements }, key);
  t.equal(second.headers.get("idempotent-replayed"), "true");
  t.same(await second.json(), await first.json());
  const etag = (await fetch(`${agent.url}${API}/elements/s1`)).headers.get("etag") ?? "";
  t.equal(etag, '"2"');
  const approve = `${API}/elements/s1/approve`;
  t.equal((await send(approve, {}, { "if-match": '"1"' })).status, 412);
  t.equal((await send(approve, {}, { "if-match": etag })).status, 200);
  await system.until(APPROVED, 1);
  t.equal(system.seen.length, 2);
});

await test("a CSV table goes in, and the code table and the API describe themselves", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("bimclassification");
  const content =
    'Mark,IFC Class,Name,Pset_DoorCommon.IsExternal\nD1,IfcDoor,"Door, glazed",FALSE\nD2,IfcDoor,,yes\n';
  t.match(await agent.post(`${API}/elements`, { format: "csv", content, columns: { id: "Mark" } }), {
    body: { result: { imported: 2, schema: null, source: "csv", elementIds: ["D1", "D2"] } },
  });
  t.match((await agent.post(`${API}/suggestions`, {})).body, {
    result: { elements: [{ code: { code: "C1020" } }, { code: { code: "B2030" } }] },
  });
  const codes = await agent.get(`${API}/codes?level=3&within=B20`);
  t.match(codes.body, {
    system: "UNIFORMAT II",
    edition: "ASTM E1557-97",
    codes: [{ code: "B2010" }, { code: "B2020" }, { code: "B2030" }],
  });
  t.match(await agent.get(`${API}/codes?system=OmniClass%2021`), { status: 404 });
  t.match(await agent.get(`${API}/codes?within=b20`), { status: 404, body: { detail: /"b20" is no code/ } });
  t.match((await agent.get(`${API}/health`)).body, {
    codeTables: [{ system: "UNIFORMAT II", codes: 108 }],
    autoApproveAbove: null,
    prompts: [{ ref: /^suggest-code@1\.0\.0\+/ }],
  });
  const document = await agent.get("/openapi.json");
  t.same(Object.keys(document.body["paths"] ?? {}).toSorted(), [
    "/api/bimclassification/codes",
    "/api/bimclassification/elements",
    "/api/bimclassification/elements/apply",
    "/api/bimclassification/elements/approve",
    "/api/bimclassification/elements/reject",
    "/api/bimclassification/elements/{elementId}",
    "/api/bimclassification/elements/{elementId}/apply",
    "/api/bimclassification/elements/{elementId}/approve",
    "/api/bimclassification/elements/{elementId}/history",
    "/api/bimclassification/elements/{elementId}/override",
    "/api/bimclassification/elements/{elementId}/reject",
    "/api/bimclassification/execute",
    "/api/bimclassification/ifc",
    "/api/bimclassification/pending",
    "/api/bimclassification/projections",
    "/api/bimclassification/projections/{name}/rebuild",
    "/api/bimclassification/suggestions",
  ]);
});

await test("every statement of this agent can go to SQL Server as it is", (t) => {
  t.same(
    statementsNotSeen("bimclassification"),
    [],
    "each line that sends one was run, and its T-SQL checked",
  );
  t.end();
});
