import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { isGlobalId, toGlobalId } from "../../../../src/agents/bimclassification/domain/ifc/global-id.ts";
import { IfcReader, readIfc } from "../../../../src/agents/bimclassification/domain/ifc/ifc-reader.ts";
import { StepError } from "../../../../src/agents/bimclassification/domain/step/step-error.ts";
import { globalId, stepFile } from "../step-file.ts";

const EXAMPLE = readFileSync(
  join(import.meta.dirname, "../../../../examples/ifc/small-building.ifc"),
  "utf8",
);

function problemOf(text: string): { line: number; column: number; message: string } | null {
  try {
    readIfc(text);
    return null;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return { line: error.line, column: error.column, message: error.message };
  }
}

function wallInstance(id: number, guid = globalId(id)): string {
  return `#${id}=IFCWALL('${guid}',$,$,$,$,$,$,$,$);`;
}

await test("an IFC4 file: elements with their properties, type, materials, system and storey", (t) => {
  const model = readIfc(EXAMPLE);
  const by = (name: string) => model.elements.find((element) => element.name === name);
  t.equal(model.schema, "IFC4");
  t.equal(model.elements.length, 31);
  t.same(model.leftOut, { IFCOPENINGELEMENT: 1 });
  t.match(by("CMU 200 brick veneer"), {
    ifcClass: "IfcWall",
    description: "Outer wall, south",
    predefinedType: "STANDARD",
    materials: ["Brick", "Concrete masonry unit"],
    storey: "Ground floor",
    properties: {
      "Pset_WallCommon.IsExternal": true,
      "Pset_WallCommon.LoadBearing": true,
      "Pset_WallCommon.FireRating": "REI 90",
    },
  });
  t.match(by("Window W1"), {
    typeClass: "IfcWindowType",
    typeName: "Window 1200 x 1400",
    predefinedType: "WINDOW",
    properties: { "Pset_WindowCommon.IsExternal": true },
  });
  t.match(by("Parquet chêne"), { description: "Oiled; the joiner's own" }, "directives and apostrophes");
  t.match(by("Pipe DN25"), { systems: ["Cold water 1", "DOMESTICCOLDWATER"] });
  t.match(by("Main stair"), { properties: { "Pset_StairCommon.NumberOfRiser": 18 } });
  t.match(by("Wall 17"), { predefinedType: null, properties: {} });
  t.match(by("Office 1.04"), { ifcClass: "IfcSpace", predefinedType: "INTERNAL" });
  t.end();
});

await test("the same file in pieces of any size is the same model", (t) => {
  const whole = readIfc(EXAMPLE);
  for (const size of [1, 7, 100, 4096]) {
    const reader = new IfcReader();
    for (let at = 0; at < EXAMPLE.length; at += size) reader.push(EXAMPLE.slice(at, at + size));
    t.same(reader.end(), whole, `pieces of ${size}`);
  }
  t.end();
});

await test("IFC2x3: classes that only their type explains, and attributes that lie elsewhere", (t) => {
  const model = readIfc(
    stepFile(
      `#1=IFCFLOWTERMINAL('${globalId(1)}',$,'WC',$,$,$,$,$);
#2=IFCSANITARYTERMINALTYPE('${globalId(2)}',$,'WC type',$,$,$,$,$,$,.TOILETPAN.);
#3=IFCRELDEFINESBYTYPE('${globalId(3)}',$,$,$,(#1),#2);
#4=IFCBUILDINGELEMENTPROXY('${globalId(4)}',$,'Thing',$,$,$,$,$,.ELEMENT.);
#5=IFCDOOR('${globalId(5)}',$,'Door',$,$,$,$,$,2.1,0.9);
#6=IFCDOORSTYLE('${globalId(6)}',$,'Door style',$,$,$,$,$,.SINGLE_SWING_LEFT.,.WOOD.,.F.,.F.);
#7=IFCRELDEFINESBYTYPE('${globalId(7)}',$,$,$,(#5),#6);
#8=IFCMATERIAL('Oak');
#9=IFCMATERIALLIST((#8));
#10=IFCRELASSOCIATESMATERIAL('${globalId(8)}',$,$,$,(#5),#9);
#11=IFCPROPERTYSINGLEVALUE('IsExternal',$,IFCLOGICAL(.U.),$);
#12=IFCPROPERTYENUMERATEDVALUE('Status',$,(IFCLABEL('NEW'),IFCLABEL('TEMPORARY')),$);
#13=IFCPROPERTYSET('${globalId(9)}',$,'Pset_DoorCommon',$,(#11,#12));
#14=IFCELEMENTQUANTITY('${globalId(10)}',$,'Qto',$,$,());
#15=IFCRELDEFINESBYPROPERTIES('${globalId(11)}',$,$,$,(#5),#13);
#16=IFCRELDEFINESBYPROPERTIES('${globalId(12)}',$,$,$,(#5),#14);`,
      "IFC2X3",
    ),
  );
  t.match(model.elements, [
    { ifcClass: "IfcFlowTerminal", typeClass: "IfcSanitaryTerminalType", predefinedType: "TOILETPAN" },
    { ifcClass: "IfcBuildingElementProxy", predefinedType: null },
    {
      typeClass: "IfcDoorStyle",
      typeName: "Door style",
      materials: ["Oak"],
      properties: { "Pset_DoorCommon.IsExternal": null, "Pset_DoorCommon.Status": "NEW, TEMPORARY" },
    },
  ]);
  t.end();
});

await test("a file that is wrong is refused with the place and the reason", (t) => {
  const wrong: readonly (readonly [string, string, number, number, RegExp])[] = [
    ["empty", "", 1, 1, /the file is empty/],
    ["not STEP", "<ifcXML/>;", 1, 1, /begins with ISO-10303-21/],
    [
      "a pointer of Git LFS",
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a",
      1,
      1,
      /begins with ISO-10303-21; found "version https:/,
    ],
    [
      "no end",
      stepFile(wallInstance(1)).replace("END-ISO-10303-21;", ""),
      11,
      1,
      /ends before END-ISO-10303-21/,
    ],
    [
      "no data",
      "ISO-10303-21;HEADER;FILE_SCHEMA(('IFC4'));ENDSEC;END-ISO-10303-21;",
      1,
      67,
      /no section DATA/,
    ],
    ["no schema", "ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;ENDSEC;END-ISO-10303-21;", 3, 1, /no FILE_SCHEMA/],
    [
      "other schema",
      stepFile(wallInstance(1), "AP214"),
      8,
      1,
      /the schema is AP214; IFC2X3, IFC4 and IFC4X3/,
    ],
    [
      "twice the number",
      stepFile(`${wallInstance(1)}\n${wallInstance(1, globalId(2))}`),
      9,
      1,
      /#1 is given a second time/,
    ],
    [
      "twice the GlobalId",
      stepFile(`${wallInstance(1)}\n${wallInstance(2, globalId(1))}`),
      9,
      1,
      /#2 has the GlobalId 0+1 of #1/,
    ],
    ["no GlobalId", stepFile(wallInstance(1, "abc")), 8, 1, /"abc" is no GlobalId/],
    [
      "few attributes",
      stepFile(`#1=IFCWALL('${globalId(1)}',$);`),
      8,
      1,
      /IFCWALL has 2 attributes, expected at least 3/,
    ],
    [
      "wrong kind",
      stepFile(`#1=IFCWALL('${globalId(1)}',$,3,$,$,$,$,$,$);`),
      8,
      1,
      /attribute 3 of IFCWALL #1 is no text/,
    ],
    [
      "dangling",
      stepFile(`${wallInstance(1)}\n#2=IFCRELDEFINESBYPROPERTIES('${globalId(2)}',$,$,$,(#1),#99);`),
      9,
      1,
      /#2=IFCRELDEFINESBYPROPERTIES refers to #99, which the file does not have/,
    ],
    ["a string without its end", stepFile(`#1=IFCWALL('abc`), 8, 12, /no closing apostrophe/],
    ["geometry without its end", stepFile("#1=IFCCARTESIANPOINT((0.,0.,0.;"), 8, 1, /does not end with "\)"/],
  ];
  for (const [name, text, line, column, message] of wrong)
    t.match(problemOf(text), { line, column, message }, name);
  t.end();
});

await test("what the standard allows and exporters do is read", (t) => {
  const wall = `#1=IFCWALL('${globalId(1)}',$,'Wall',$,$,$,$,$,$)`;
  const point = "#2=IFCCARTESIANPOINT((0.,0.,0.))";
  const header = "FILE_DESCRIPTION((''),'2;1');FILE_SCHEMA(('IFC4'))";
  const plain = `ISO-10303-21;HEADER;${header};ENDSEC;DATA;${wall};${point};ENDSEC;END-ISO-10303-21;`;
  const written: Readonly<Record<string, string>> = {
    "a byte order mark": `\uFEFF${plain}`,
    "blanks and comments before every semicolon": plain
      .replaceAll(";", " /* ; */\n;")
      .replace("'2 /* ; */\n;1'", "'2;1'"),
    "blanks and comments between all": plain.replaceAll(/([=(),])/g, " $1 /* 'x' */\r\n"),
    "a path of Windows in the header": plain.replace(
      "FILE_SCHEMA",
      String.raw`FILE_NAME('C:\Users\me\model.ifc','',(''),(''),'','','');FILE_SCHEMA`,
    ),
    "an empty statement": plain.replace("DATA;", "DATA;;"),
    "a reference before what it refers to": plain.replace(
      wall,
      `#9=IFCRELDEFINESBYPROPERTIES('${globalId(9)}',$,$,$,(#1),#8);#8=IFCPROPERTYSET('${globalId(8)}',$,'P',$,());${wall}`,
    ),
    "lower case": plain.replace("IFCWALL", "ifcwall"),
    "a signature": `${plain}\nSIGNATURE; MIIB+abc= ENDSEC;`,
  };
  for (const [what, text] of Object.entries(written)) {
    t.equal(problemOf(text), null, what);
    t.match(readIfc(text).elements, [{ name: "Wall", ifcClass: "IfcWall" }], what);
  }
  t.end();
});

await test("bounds: characters and elements", (t) => {
  const text = stepFile(
    `#1=IFCWALL('${globalId(1)}',$,$,$,$,$,$,$,$);\n#2=IFCWALL('${globalId(2)}',$,$,$,$,$,$,$,$);`,
  );
  t.throws(() => readIfc(text, { characters: 100, elements: 9 }), {
    name: "StepError",
    message: /larger than/,
  });
  t.throws(() => readIfc(text, { characters: 1e6, elements: 1 }), {
    line: 9,
    message: /more than 1 elements; split it/,
  });
  t.end();
});

await test("a file that repeats itself without end costs no more than it holds", (t) => {
  const many = Array.from({ length: 200_000 }, () => "#1").join(",");
  const properties = Array.from({ length: 2000 }, (_, index) => index + 100);
  const model = readIfc(
    stepFile(
      `${wallInstance(1)}
${properties.map((id) => `#${id}=IFCPROPERTYSINGLEVALUE('P${id}',$,IFCLABEL('x'),$);`).join("\n")}
#2=IFCPROPERTYSET('${globalId(2)}',$,'Set',$,(${properties.map((id) => `#${id}`).join(",")}));
#3=IFCRELDEFINESBYPROPERTIES('${globalId(3)}',$,$,$,(${many}),#2);
#4=IFCCLASSIFICATIONREFERENCE($,'B2010',$,$,$,$);
${Array.from({ length: 500 }, (_, index) => `#${index + 5000}=IFCRELASSOCIATESCLASSIFICATION('${globalId(4)}',$,$,$,(#1),#4);`).join("\n")}`,
    ),
  );
  const [wall] = model.elements;
  t.equal(Object.keys(wall?.properties ?? {}).length, 1000, "so many properties are kept of one element");
  t.equal(wall?.references.length, 100);
  t.end();
});

await test("a file that is cut off anywhere, or has one wrong character, is read or refused, never worse", (t) => {
  // Every place near the ends and every 37th between: the whole would only take longer.
  const places = Array.from({ length: EXAMPLE.length }, (_, at) => at).filter(
    (at) => at < 400 || at > EXAMPLE.length - 60 || at % 37 === 0,
  );
  for (const at of places) {
    const problem = problemOf(EXAMPLE.slice(0, at));
    if (problem === null && at < EXAMPLE.trimEnd().length) t.fail(`cut at ${at}, it was read`);
    for (const char of ["'", ";", "(", "#", "\\", "/*"])
      problemOf(EXAMPLE.slice(0, at) + char + EXAMPLE.slice(at + 1));
  }
  t.pass(`${places.length} places`);
  t.end();
});

await test("GlobalIds: 128 bits in 22 digits, known answers", (t) => {
  t.equal(toGlobalId(new Uint8Array(16)), "0000000000000000000000");
  t.equal(toGlobalId(new Uint8Array(16).fill(0xff)), "3$$$$$$$$$$$$$$$$$$$$$");
  // As IfcOpenShell compresses it.
  const bytes = Uint8Array.from(Buffer.from("f4f7a7d2f5c04d1a8a2e1f1b3c5d7e9f", "hex"));
  t.equal(toGlobalId(bytes), "3qzwVIzS1D6eek7niyNNwV");
  t.ok(isGlobalId(toGlobalId(bytes)));
  t.notOk(isGlobalId("4000000000000000000000"), "130 bits would be needed");
  t.throws(() => toGlobalId(new Uint8Array(15)), RangeError);
  t.end();
});
