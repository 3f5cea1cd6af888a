import { test } from "tap";
import { readInstance } from "../../../../src/agents/bimclassification/domain/step/instance.ts";
import { StatementSplitter } from "../../../../src/agents/bimclassification/domain/step/statements.ts";
import { StepError } from "../../../../src/agents/bimclassification/domain/step/step-error.ts";
import {
  decodeStepString,
  encodeStepString,
} from "../../../../src/agents/bimclassification/domain/step/step-string.ts";

function split(
  pieces: readonly string[],
): readonly { text: string; line: number; column: number; offset: number }[] {
  const splitter = new StatementSplitter();
  const found = pieces.flatMap((piece) => [...splitter.push(piece)]);
  splitter.end();
  return found.map(({ text, start, offset }) => ({ text, ...start, offset }));
}

function errorOf(work: () => unknown): StepError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof StepError) return error;
    throw error;
  }
}

/** A stroke stands for a backslash, which would have to be doubled everywhere. */
await test("strings are decoded by the directives of ISO 10303-21", (t) => {
  const known: readonly (readonly [string, string])[] = [
    ["plain", "plain"],
    ["it''s", "it's"],
    ["C:||temp", String.raw`C:\temp`],
    // The examples of the standard and of buildingSMART's implementation guide.
    ["see |X|A7 4.1", "see § 4.1"],
    ["|S|Drger", "Ärger"],
    ["h|S|ttel", "hôtel"],
    // Page E is Cyrillic, and A the one of before.
    ["|PE||S|P", "а"],
    ["|PA||S|Drger", "Ärger"],
    ["|X2|03C0|X0| is pi", "π is pi"],
    ["|X2|00C400E4|X0|", "Ää"],
    ["|X4|0001F600|X0|", "😀"],
    ["|X2|D83DDE00|X0|", "😀"],
    ["over two\r\nlines", "over twolines"],
    ["|X2|00C4\n00E4|X0|", "Ää"],
    ["|S|'' 5 it''s", "§ 5 it's"],
  ];
  for (const [raw, text] of known)
    t.same(decodeStepString(raw.replaceAll("|", "\\")), { ok: true, text }, raw);
  const wrong: readonly (readonly [string, number])[] = [
    ["ab|Q|c", 2],
    ["|X2|00E|X0|", 0],
    ["|X2||X0|", 0],
    ["|X2|00E9", 0],
    ["|X4|00110000|X0|", 0],
    ["|X2|D83D|X0|", 0],
    ["abc|X|G1", 3],
    ["ends|S|", 4],
    ["ends|", 4],
  ];
  for (const [raw, at] of wrong) t.match(decodeStepString(raw.replaceAll("|", "\\")), { ok: false, at }, raw);
  t.end();
});

await test("what is written is ASCII, and is read back as it was", (t) => {
  for (const text of ["plain", "it's", "a\\b", "Fußboden", "床", "😀", "tab\there", "\u0000"]) {
    const written = encodeStepString(text);
    t.match(written, /^[\x20-\x7e]*$/);
    t.same(decodeStepString(written), { ok: true, text });
  }
  t.end();
});

await test("statements end at semicolons that are in no string and no comment, however the pieces are cut", (t) => {
  const text =
    "#1=A('x;y''z;');\n/* a; */ #2=B(/* ; ' */ 1.);\n\n  #3=C('/* no comment */','*/');#4=D(2/3);\n";
  const whole = split([text]);
  t.same(
    whole.map(({ line, column }) => [line, column]),
    [
      [1, 1],
      [2, 10],
      [4, 3],
      [4, 33],
    ],
  );
  t.same(
    whole.map((each) => text.slice(each.offset, each.offset + each.text.length)),
    whole.map((each) => each.text),
    "offsets lead back to the text",
  );
  for (let size = 1; size < 12; size += 1) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      text.slice(index * size, (index + 1) * size),
    );
    t.same(split(pieces), whole, `pieces of ${size}`);
  }
  t.match(
    errorOf(() => split(["#1=A(1)"])),
    { line: 1, column: 1, message: /no semicolon/ },
  );
  t.match(
    errorOf(() => split(["#1=A(\n 'abc;"])),
    { line: 2, column: 2, message: /no closing apostrophe/ },
  );
  t.match(
    errorOf(() => split(["#1=A();\n/* abc"])),
    { line: 2, column: 1, message: /not closed/ },
  );
  t.match(
    errorOf(() => split(["#1=A(); /"])),
    { message: /a slash stands alone/ },
  );
  t.end();
});

await test("an instance is read with every kind of value", (t) => {
  const start = { line: 7, column: 3 };
  const read = readInstance(
    `#12 = IfcThing ('a',$,*,.T.,#4,(1,-2.5E-3,()),IFCLABEL('x'),"0FF" /* b */)`,
    start,
  );
  t.match(read, { id: 12, type: "IFCTHING", at: start });
  t.same(read.attributes, [
    { kind: "text", value: "a" },
    { kind: "omitted" },
    { kind: "derived" },
    { kind: "enum", name: "T" },
    { kind: "ref", id: 4 },
    {
      kind: "list",
      items: [
        { kind: "number", value: 1 },
        { kind: "number", value: -0.0025 },
        { kind: "list", items: [] },
      ],
    },
    { kind: "typed", type: "IFCLABEL", value: { kind: "text", value: "x" } },
    { kind: "binary", hex: "0FF" },
  ]);
  t.end();
});

await test("what is wrong is told with line and column", (t) => {
  const wrong: readonly (readonly [string, number, number, RegExp])[] = [
    ["#1 IFCWALL()", 1, 4, /expected "=", but there is "IFCWALL\(\)"/],
    ["#1=IFCWALL(1", 1, 13, /expected ",", but the statement ends/],
    ["#1=IFCWALL(1 2)", 1, 14, /expected ","/],
    ["#1=IFCWALL(\n  1,\n  ?)", 3, 3, /expected a value, but there is "\?\)"/],
    ["#1=IFCWALL(.T)", 1, 12, /enumeration/],
    ["#1=IFCWALL(#)", 1, 12, /number of an instance/],
    ["#1=IFCWALL()x", 1, 13, /expected the end of the statement/],
    ["#1=IFCWALL(IFCLABEL())", 1, 22, /exactly one value/],
    [String.raw`#1=IFCWALL('a\Q\b')`, 1, 14, /no directive/],
    [`#1=IFCWALL(${"(".repeat(40)}`, 1, 44, /nested more than 32 deep/],
    ["=IFCWALL()", 1, 1, /number of an instance/],
  ];
  for (const [text, line, column, message] of wrong)
    t.match(
      errorOf(() => readInstance(text, { line: 1, column: 1 })),
      { line, column, message },
      text,
    );
  t.end();
});
