import { test } from "tap";
import { elementsOfTable } from "../../../../src/agents/bimclassification/domain/csv-table.ts";
import type { ColumnMapping } from "../../../../src/agents/bimclassification/domain/csv-table.ts";

function read(
  lines: readonly (readonly string[])[],
  mapping?: ColumnMapping,
): ReturnType<typeof elementsOfTable> {
  const [header = [], ...rows] = lines;
  return elementsOfTable(
    { row: 1, cells: header },
    rows.map((cells, index) => ({ row: index + 2, cells })),
    mapping,
  );
}

await test("a column may be called as something that every object has", (t) => {
  const table = read([
    ["id", "ifcClass", "Constructor"],
    ["w1", "IfcWall", "ACME"],
  ]);
  t.match(table, { ok: true, elements: [{ id: "w1", properties: { Constructor: "ACME" } }] });
  t.end();
});

await test("headers are understood by themselves, and every other column is a property", (t) => {
  const table = read([
    [
      "GlobalId",
      "IFC Class",
      "Name",
      "Predefined_Type",
      "Material",
      "Level",
      "Pset_WallCommon.IsExternal",
      "Width",
    ],
    ["w1", "IfcWall", "Wall 1", "standard", "Brick; CMU", "Ground", "TRUE", "200"],
    ["w2", "IfcWall", "", "", "", "", "", ""],
  ]);
  t.match(table, {
    ok: true,
    elements: [
      {
        id: "w1",
        ifcClass: "IfcWall",
        name: "Wall 1",
        predefinedType: "STANDARD",
        materials: ["Brick", "CMU"],
        storey: "Ground",
        properties: { "Pset_WallCommon.IsExternal": true, Width: "200" },
      },
      { id: "w2", name: null, materials: [], properties: {} },
    ],
  });
  t.end();
});

await test("headers and classes as tools export them", (t) => {
  t.match(
    read([
      [
        "IFC GUID",
        "Export to IFC As",
        "IFC Predefined Type",
        "Family and Type",
        "Structural Material",
        "Building Storey",
      ],
      ["w1", "IFCWALLSTANDARDCASE", "partitioning", "Basic Wall: 200", "Concrete", "Level 1"],
      ["w2", "ifcdoor", "", "", "", ""],
    ]),
    {
      ok: true,
      elements: [
        {
          id: "w1",
          ifcClass: "IfcWallStandardCase",
          predefinedType: "PARTITIONING",
          typeName: "Basic Wall: 200",
          materials: ["Concrete"],
          storey: "Level 1",
          properties: {},
        },
        { id: "w2", ifcClass: "IfcDoor" },
      ],
    },
  );
  t.match(
    read([
      ["id", "class"],
      ["1", "IFCFOO"],
    ]),
    { issues: [{ message: '"IFCFOO" is no entity of IFC such as IfcWall' }] },
  );
  t.match(
    read([
      ["id", "class"],
      ["1", "IfcDoor", "", ""],
    ]),
    { ok: true },
    "empty cells behind the last column",
  );
  t.end();
});

await test("other headers are mapped", (t) => {
  const lines = [
    ["Bauteil", "Klasse", "Name"],
    ["1", "IfcDoor", "Tür"],
  ];
  t.match(read(lines, { id: "Bauteil", ifcClass: "Klasse" }), {
    ok: true,
    elements: [{ id: "1", name: "Tür" }],
  });
  t.match(read(lines, { id: "Bauteil" }), {
    issues: [{ row: 1, column: "ifcClass", message: /no column is the ifcClass/ }],
  });
  t.match(read(lines, { id: "Nummer", ifcClass: "Klasse" }), {
    issues: [
      { column: "Nummer", message: "the table has no such column; it has Bauteil, Klasse, Name" },
      { column: "id" },
    ],
  });
  const twice = [
    ["id", "GUID", "class"],
    ["1", "g1", "IfcDoor"],
  ];
  t.match(read(twice), { issues: [{ column: "id", message: /2 columns are the id/ }] });
  t.match(read(twice, { id: "GUID" }), { ok: true, elements: [{ id: "g1", properties: { id: "1" } }] });
  t.end();
});

await test("every row that is wrong is told, and nothing is taken", (t) => {
  t.same(
    read([
      ["id", "ifcClass"],
      ["", "IfcWall"],
      ["1", "Wall"],
      ["2", "IfcWall", "more"],
      ["3", "IfcWall"],
      ["3", "IfcDoor"],
      ["x".repeat(129), "IfcDoor"],
    ]),
    {
      ok: false,
      issues: [
        { row: 2, column: "id", message: "the id is empty" },
        { row: 3, column: "ifcClass", message: '"Wall" is no entity of IFC such as IfcWall' },
        { row: 4, column: "", message: "the row has 3 cells, the header 2" },
        { row: 6, column: "id", message: "3 stands in row 5 already" },
        { row: 7, column: "id", message: "the id is longer than 128 characters" },
      ],
    },
  );
  t.end();
});
