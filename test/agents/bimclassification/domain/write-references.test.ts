import { test } from "tap";
import { elementCode } from "../../../../src/agents/bimclassification/domain/codes/uniformat-ii.ts";
import { readIfc } from "../../../../src/agents/bimclassification/domain/ifc/ifc-reader.ts";
import {
  classificationReferences,
  withReferences,
} from "../../../../src/agents/bimclassification/domain/ifc/write-references.ts";
import { globalId, stepFile } from "../step-file.ts";

/** An id that is made of a name, as the writer wants it. */
function idOf(name: string): string {
  return globalId(name.length);
}

await test("references are written so that they are read back, once, in IFC4 and IFC2x3", (t) => {
  const wall = elementCode("B2010");
  const door = elementCode("B2030");
  if (wall === undefined || door === undefined) return t.fail("no codes");
  for (const schema of ["IFC4", "IFC2X3", "IFC4X3_ADD2"]) {
    const file = stepFile(
      `#1=IFCWALL('${globalId(1)}',$,$,$,$,$,$,$${schema === "IFC2X3" ? "" : ",$"});\n#7=IFCOWNERHISTORY($,$,$,$,$,$,$,0);\n#30=IFCDOOR('${globalId(2)}',$,$,$,$,$,$,$,$,$);`,
      schema,
    );
    const model = readIfc(file);
    const applied = [
      { elementId: globalId(1), code: wall },
      { elementId: globalId(2), code: door },
      { elementId: globalId(3), code: door },
    ];
    const added = classificationReferences(model, applied, idOf);
    t.same(added.written, [globalId(1), globalId(2)], "what the file does not have is left out");
    t.match(added.text, /^#31=IFCCLASSIFICATION\('ASTM International','ASTM E1557-97',\$,'UNIFORMAT II'/);
    t.equal(added.text.split("IFCCLASSIFICATION(").length, 2, "one system");
    t.match(added.text, /IFCRELASSOCIATESCLASSIFICATION\('[^']{22}',#7,/);
    const copy = withReferences(file, model, added.text);
    t.ok(copy.startsWith(file.slice(0, model.end.offset)) && copy.endsWith("ENDSEC;\nEND-ISO-10303-21;\n"));
    const again = readIfc(copy);
    t.same(
      again.elements.map((element) => element.references),
      [
        [{ system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010", title: "Exterior Walls" }],
        [{ system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2030", title: "Exterior Doors" }],
      ],
      schema,
    );
    const second = classificationReferences(again, applied, idOf);
    t.same(second, { text: "", written: [], present: [globalId(1), globalId(2)], others: [] });
    t.equal(withReferences(copy, again, second.text), copy);
    // A code that was overridden since: the file keeps the old one, which is told, and its system serves for both.
    const overridden = classificationReferences(again, [{ elementId: globalId(1), code: door }], idOf);
    t.match(overridden, { written: [globalId(1)], others: [{ elementId: globalId(1), code: "B2010" }] });
    t.notMatch(overridden.text, "IFCCLASSIFICATION(");
    t.match(readIfc(withReferences(copy, again, overridden.text)).elements[0]?.references, [
      { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010" },
      { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2030" },
    ]);
  }
  return t.end();
});

await test("a reference below another is one of the system at their top", (t) => {
  const wall = elementCode("B2010");
  if (wall === undefined) return t.fail("no code");
  const file = stepFile(
    [
      `#1=IFCWALL('${globalId(1)}',$,$,$,$,$,$,$,$);`,
      "#2=IFCCLASSIFICATION('ASTM International','ASTM E1557-97',$,'UNIFORMAT II',$,$,$);",
      "#3=IFCCLASSIFICATIONREFERENCE($,'B20','Exterior Enclosure',#2,$,$);",
      "#4=IFCCLASSIFICATIONREFERENCE($,'B2010','Exterior Walls',#3,$,$);",
      `#5=IFCRELASSOCIATESCLASSIFICATION('${globalId(5)}',$,$,$,(#1),#4);`,
      // One that leads to itself.
      "#6=IFCCLASSIFICATIONREFERENCE($,'X',$,#7,$,$);",
      "#7=IFCCLASSIFICATIONREFERENCE($,'Y',$,#6,$,$);",
      `#8=IFCRELASSOCIATESCLASSIFICATION('${globalId(8)}',$,$,$,(#1),#6);`,
    ].join("\n"),
  );
  const model = readIfc(file);
  t.match(model.elements[0]?.references, [
    { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010" },
    { system: "", edition: null, code: "X" },
  ]);
  const again = classificationReferences(model, [{ elementId: globalId(1), code: wall }], idOf);
  t.same(again, { text: "", written: [], present: [globalId(1)], others: [] });
  return t.end();
});
