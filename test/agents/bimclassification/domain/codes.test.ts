import { test } from "tap";
import { entriesAt, findCode } from "../../../../src/agents/bimclassification/domain/codes/code-table.ts";
import {
  omniClassOfUniFormat2010,
  omniClassTable,
  parseOmniClass21,
} from "../../../../src/agents/bimclassification/domain/codes/omniclass-21.ts";
import {
  elementCode,
  uniformatII,
} from "../../../../src/agents/bimclassification/domain/codes/uniformat-ii.ts";

function row(number: number, code: string, title: string, uniformatCode: string | null = null) {
  return { row: number, value: { code, title, uniformatII: uniformatCode } };
}

function isCode(code: string): boolean {
  return elementCode(code) !== undefined;
}

await test("UNIFORMAT II: the chart of NISTIR 6389, three levels", (t) => {
  t.same(
    [1, 2, 3].map((level) => entriesAt(uniformatII, level).length),
    [7, 22, 79],
    "7 major groups, 22 groups, 79 elements",
  );
  t.same(
    entriesAt(uniformatII, 1).map(({ title }) => title),
    [
      "Substructure",
      "Shell",
      "Interiors",
      "Services",
      "Equipment & Furnishings",
      "Special Construction & Demolition",
      "Building Sitework",
    ],
  );
  for (const { code, level, parent } of uniformatII.entries.values()) {
    t.match(code, /^[A-G](?:\d{2}(?:\d0)?\d?0?)?$/);
    if (level > 1)
      t.equal(uniformatII.entries.get(parent ?? "")?.level, level - 1, `${code} hangs below ${parent}`);
  }
  // What tells it from CSI's UniFormat 2010: there C20 is Interior Finishes.
  t.equal(findCode(uniformatII, "C20")?.title, "Stairs");
  t.equal(findCode(uniformatII, "D60"), undefined);
  t.equal(elementCode("B20"), undefined, "elements are classified at level 3");
  t.same(elementCode("B2010"), {
    system: "UNIFORMAT II",
    edition: "ASTM E1557-97",
    code: "B2010",
    title: "Exterior Walls",
  });
  t.end();
});

await test("OmniClass 21 is spelled in pairs", (t) => {
  const good: readonly (readonly [string, number])[] = [
    ["21-01", 1],
    ["21-02 20", 2],
    ["21-02 20 10", 3],
    ["21-01 10 10 10", 4],
    ["21-07 90 90 90 10", 5],
  ];
  for (const [code, level] of good) t.same(parseOmniClass21(code), { ok: true, code, level });
  for (const code of [
    "",
    "21",
    "21-2 20",
    "21-08 10",
    "21-00",
    "23-02 20",
    "21-02 20 1",
    "21-022010",
    "21-02  20",
    "21-02 20 10 10 10 10",
    "21-02 20 ",
    "B2010",
  ])
    t.match(parseOmniClass21(code), { ok: false, problem: /is no OmniClass 21 number/ }, code);
  t.match(parseOmniClass21("21-02 00"), { ok: false, problem: /the pair 00/ });
  t.end();
});

await test("UniFormat 2010 is re-spelled: the crosswalk's examples", (t) => {
  const known: readonly (readonly [string, string | undefined])[] = [
    ["A", "21-01"],
    ["B20", "21-02 20"],
    ["A1010", "21-01 10 10"],
    ["A1010.10", "21-01 10 10 10"],
    ["B2010", "21-02 20 10"],
    ["G", "21-07"],
    ["H10", undefined],
    ["B2", undefined],
    ["B20.10", undefined],
    ["B201010", undefined],
  ];
  for (const [code, spelled] of known) t.equal(omniClassOfUniFormat2010(code), spelled, code);
  t.end();
});

await test("a user's table is checked row by row", (t) => {
  const about = { edition: "2023", source: "table.csv" };
  const good = omniClassTable(
    [row(2, "21-02", "Shell"), row(3, "21-02 20 10", " Walls ", "B2010")],
    about,
    isCode,
  );
  t.same(good.issues, []);
  t.same(good.table.byUniformat, new Map([["B2010", "21-02 20 10"]]));
  t.same(findCode(good.table.table, "21-02 20 10"), {
    system: "OmniClass 21",
    edition: "2023",
    code: "21-02 20 10",
    title: "Walls",
  });
  const bad = omniClassTable(
    [
      row(2, "21-9", "x"),
      row(3, "21-02", ""),
      row(4, "21-03", "a"),
      row(5, "21-03", "b"),
      row(6, "21-04", "c", "B20"),
      row(7, "21-05", "d", "B2010"),
      row(8, "21-06", "e", "B2010"),
    ],
    about,
    isCode,
  );
  t.match(bad.issues, [
    { row: 2, message: /no OmniClass 21 number/ },
    { row: 3, message: "21-02 has no title" },
    { row: 5, message: "21-03 is in the table twice" },
    { row: 6, message: '"B20" is no UNIFORMAT II code' },
    { row: 8, message: "B2010 is given a second OmniClass number" },
  ]);
  t.end();
});
