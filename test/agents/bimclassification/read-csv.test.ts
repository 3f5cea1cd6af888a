import { test } from "tap";
import { readCsv } from "../../../src/agents/bimclassification/infrastructure/read-csv.ts";

const HEADER = ["id", "ifcClass", "name"];

await test("tables as spreadsheets write them", async (t) => {
  const written: Readonly<Record<string, string>> = {
    commas: 'id,ifcClass,name\n1,IfcWall,"Wall, outer"\n',
    "semicolons, a byte order mark and line ends of Windows":
      '\uFEFFid;ifcClass;name\r\n1;IfcWall;"Wall, outer"\r\n',
    "the delimiter said first, as Excel reads it": "sep=;\r\nid;ifcClass;name\r\n1;IfcWall;Wall, outer\r\n",
    tabs: "id\tifcClass\tname\n1\tIfcWall\tWall, outer\n",
    "line ends of old Macs": 'id,ifcClass,name\r1,IfcWall,"Wall, outer"\r',
    "a title in front, as Revit exports a schedule":
      '"Wall Schedule"\t""\t""\r\n"id"\t"ifcClass"\t"name"\r\n""\t""\t""\r\n"1"\t"IfcWall"\t"Wall, outer"\r\n',
    "a title without cells": "Wall Schedule\n\nid;ifcClass;name\n1;IfcWall;Wall, outer\n",
    "quotes everywhere, and no end of line": '"id","ifcClass","name"\n"1","IfcWall","Wall, outer"',
  };
  for (const [what, text] of Object.entries(written)) {
    const { header, rows } = await readCsv(text);
    t.same([header.cells, rows.map(({ cells }) => cells)], [HEADER, [["1", "IfcWall", "Wall, outer"]]], what);
  }
});

await test("rows are counted as a spreadsheet counts them", async (t) => {
  const { header, rows } = await readCsv(
    '\nid;name\n1;a\n\n;\n2;"over\ntwo lines"\n3;"say ""so""; 0,5"\n;;\n',
  );
  t.same(header, { row: 2, cells: ["id", "name"] });
  t.same(rows, [
    { row: 3, cells: ["1", "a"] },
    { row: 6, cells: ["2", "over\ntwo lines"] },
    { row: 7, cells: ["3", 'say "so"; 0,5'] },
  ]);
  t.match(await readCsv("id;name\n1;5 \u0080 \u0096 a\u009D\n"), {
    rows: [{ cells: ["1", "5 \u20ac \u2013 a\u009D"] }],
  });
  t.match(await readCsv("id\n1\n"), { header: { row: 1, cells: ["id"] } }, "one column is no title");
  await t.rejects(readCsv(""), { message: /the file is empty/ });
  await t.rejects(readCsv(" \n;;\n"), { message: /the file is empty/ });
  await t.rejects(readCsv('id,name\n1,"a\n2,b\n'), { message: /row 2: / });
});
