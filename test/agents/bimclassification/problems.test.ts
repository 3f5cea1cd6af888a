import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "tap";
import { REPO } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const API = "/api/bimclassification";
const EXAMPLE = await readFile(join(REPO, "examples/ifc/small-building.ifc"), "utf8");

await test("what is wrong is told with its place, and nothing of it is taken", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("bimclassification");
  const post = async (path: string, body: object) => await agent.post(API + path, body);
  t.match(
    await post("/elements", {
      format: "ifc",
      content: EXAMPLE.replace("'Basement wall north',$", "'Basement wall north'$"),
    }),
    {
      status: 422,
      body: {
        detail: /cannot be read: line \d+, column \d+: expected ","/,
        errors: [{ path: /^line \d+, column \d+$/ }],
      },
    },
  );
  t.match(
    await post("/elements", { format: "csv", content: "id;ifcClass\n1;Wall\n2;IfcDoor\n2;IfcDoor\n" }),
    {
      status: 422,
      body: {
        detail: /cannot be read: row 2, column ifcClass: "Wall" is no entity of IFC .+ \(and 1 more\)/,
        errors: [{ path: "row 2, column ifcClass" }, { path: "row 4, column id" }],
      },
    },
  );
  t.match(await post("/elements", { format: "csv", content: 'id,ifcClass\n"1,IfcWall\n' }), {
    status: 422,
    body: { errors: [{ path: /^row / }] },
  });
  t.match(await post("/elements", { format: "csv", elements: [{ id: "1", ifcClass: "IfcWall" }] }), {
    status: 422,
    body: { errors: [{ path: "elements", message: /give content or file/ }] },
  });
  t.match(await post("/elements", { format: "ifc", file: "a.ifc" }), {
    status: 422,
    body: { errors: [{ path: "file", message: /BIMCLASSIFICATION_FILES_DIR/ }] },
  });
  t.match(await post("/execute", { elements: [{ id: "1", ifcClass: "Wall" }] }), {
    status: 422,
    body: { errors: [{ path: "elements[0].ifcClass" }] },
  });
  const twice = { id: "1", ifcClass: "IfcWall" };
  t.match(await post("/execute", { elements: [twice, twice] }), {
    status: 422,
    body: { errors: [{ path: "elements[1].id" }] },
  });
  t.match(await agent.get(`${API}/elements/1`), { status: 404 });
  t.match(await agent.get(`${API}/elements/1/history`), { status: 404 });
  t.match(await post("/elements/1/approve", {}), { status: 404, body: { detail: "There is no element 1." } });
  t.match(await post("/suggestions", { elementIds: ["1"] }), { status: 404 });
  t.match(await post("/elements/1/reject", {}), { status: 422, body: { errors: [{ path: "reason" }] } });
  await post("/execute", { elements: [twice] });
  for (const code of ["Z9999", "B20", "21-02 20 10"])
    t.match(
      await post("/elements/1/override", { code }),
      { status: 422, body: { errors: [{ path: "code" }] } },
      code,
    );
  t.match(await post("/elements/1/override", { code: "21-02 20 10", system: "OmniClass 21" }), {
    status: 422,
    body: { errors: [{ path: "system", message: /there is no table/ }] },
  });
  // The trap of the editions: the same code means something else in CSI's UniFormat of 2010.
  t.match(await post("/elements/1/override", { code: "C2010", edition: "2010" }), {
    status: 422,
    body: { errors: [{ path: "edition", message: /that of ASTM E1557-97, not of "2010"/ }] },
  });
  t.match(await post("/elements/1/override", { code: " b2010 " }), {
    status: 422,
    body: { errors: [{ path: "code", message: /did you mean B2010 Exterior Walls\?/ }] },
  });
  await post("/elements/1/override", { code: "B2010", system: "uniformat ii", edition: "ASTM E1557-97" });
  t.match(await post("/suggestions", { elementIds: ["1"] }), { status: 409 });
  t.match(await post("/ifc", {}), { status: 422 });
  t.match(await post("/ifc", { content: "ISO-10303-21;" }), { status: 422 });
  t.match(
    (await agent.get(`${API}/pending`)).body,
    { items: [{ elementId: "1" }] },
    "only what was right is there",
  );
});
