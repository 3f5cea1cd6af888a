import { test } from "tap";
import { readIstanbul } from "../../../../src/agents/testplanning/domain/coverage/istanbul.ts";
import { readLcov } from "../../../../src/agents/testplanning/domain/coverage/lcov.ts";
import { implementedBy, ranges } from "../../../../src/agents/testplanning/domain/coverage/requirements.ts";
import { ratio } from "../../../../src/agents/testplanning/domain/coverage/totals.ts";
import { trace } from "../../../../src/agents/testplanning/domain/traceability.ts";

const lcov = `TN:
SF:src/age.ts
FN:1,isAdult
FN:8,isSenior
FNDA:3,isAdult
FNDA:0,isSenior
FNF:2
FNH:1
BRDA:2,0,0,2
BRDA:2,0,1,-
BRF:2
BRH:1
DA:1,3
DA:2,3
DA:8,0
DA:9,0
LF:4
LH:2
end_of_record
SF:src/name.ts
DA:1,1
LF:1
LH:1
end_of_record
`;

await test("the totals of an lcov report are added up from its records", (t) => {
  const { totals, files, contradictions } = readLcov(lcov);
  t.strictSame(totals, {
    lines: { covered: 3, total: 5, percent: 60 },
    statements: null,
    functions: { covered: 1, total: 2, percent: 50 },
    branches: { covered: 1, total: 2, percent: 50 },
  });
  t.strictSame(
    files.map(({ path, uncoveredLines }) => [path, uncoveredLines]),
    [
      ["src/age.ts", [8, 9]],
      ["src/name.ts", []],
    ],
  );
  t.strictSame(contradictions, []);
  t.end();
});

await test("an lcov report that claims more than its records show is found out", (t) => {
  const { totals, contradictions } = readLcov(lcov.replace("LH:2", "LH:4"));
  t.equal(totals.lines?.covered, 3);
  t.strictSame(contradictions, ["src/age.ts: the report claims 4 of 4 lines, its records add up to 2 of 4."]);
  t.end();
});

await test("records of one file in two places of an lcov report are one file", (t) => {
  const { files, contradictions } = readLcov(
    "SF:a.ts\nDA:1,0\nDA:2,1\nLF:2\nLH:1\nend_of_record\nSF:a.ts\nDA:1,2\nLF:1\nLH:1\nend_of_record\n",
  );
  t.equal(files.length, 1);
  t.strictSame(files[0]?.lines, { covered: 2, total: 2, percent: 100 });
  t.strictSame(contradictions, [], "each of them claims what it holds itself");
  t.end();
});

await test("functions are counted as lcov and coverage.py write them", (t) => {
  const known: readonly (readonly [string, readonly string[]])[] = [
    // Where a function ends stands before its name, and a name may hold commas.
    ["coverage.py 7", ["FN:2,5,A.f", "FNDA:1,A.f", "FN:7,11,h", "FNDA:0,h", "FNF:2", "FNH:1"]],
    [
      "lcov 1, C++",
      ["FN:2,f(int, int)", "FN:5,g(int)", "FNDA:3,f(int, int)", "FNDA:0,g(int)", "FNF:2", "FNH:1"],
    ],
    ["lcov 2", ["FNL:0,2,5", "FNA:0,3,f", "FNA:0,0,f.alias", "FNL:1,7", "FNA:1,0,g", "FNF:2", "FNH:1"]],
  ];
  for (const [tool, lines] of known) {
    const { totals, contradictions } = readLcov(["SF:a", "DA:2,1", ...lines, "end_of_record"].join("\n"));
    t.strictSame(totals.functions, { covered: 1, total: 2, percent: 50 }, tool);
    t.strictSame(contradictions, []);
  }
  t.end();
});

const at = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });

await test("the totals of an Istanbul report are added up from its counters", (t) => {
  const report = {
    "/app/a.ts": {
      path: "/app/a.ts",
      statementMap: { 0: at(1), 1: at(1), 2: at(5) },
      fnMap: {},
      branchMap: {},
      s: { 0: 1, 1: 0, 2: 0 },
      f: { 0: 4 },
      b: { 0: [1, 0], 1: [2, 2, 0] },
    },
  };
  const { totals, files } = readIstanbul(`\uFEFF${JSON.stringify(report)}`);
  t.strictSame(totals, {
    lines: { covered: 1, total: 2, percent: 50 },
    statements: { covered: 1, total: 3, percent: 33.33 },
    functions: { covered: 1, total: 1, percent: 100 },
    branches: { covered: 3, total: 5, percent: 60 },
  });
  t.strictSame(files[0]?.uncoveredLines, [5]);
  t.end();
});

await test("a report that cannot be read says where and what was expected", (t) => {
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => readLcov("hello"), /no SF record/],
    [() => readLcov("DA:1,1"), /Line 1 has a DA record before any SF/],
    [() => readLcov("SF:a\nDA:1,many"), /Line 2 has "DA:1,many", where a whole number was expected/],
    [() => readLcov("SF:a\nDA:1,"), /Line 2 has "DA:1,", where a whole number was expected/],
    [() => readLcov("SF:a\nDA:0x10,1e3"), /Line 2 has "DA:0x10,1e3"/],
    [() => readIstanbul("{"), /not JSON/],
    [() => readIstanbul("{}"), /covers no file/],
    [() => readIstanbul('{"a.ts":{"s":{}}}'), /no object "statementMap"/],
    [() => readIstanbul('{"a.ts":{"statementMap":{},"s":{"0":-1},"f":{},"b":{}}}'), /a\.ts\/s\/0 is -1/],
  ];
  for (const [read, message] of wrong) t.throws(read, { name: "ReportUnreadable", message });
  for (const [text, path] of [
    ['{\n  "a.ts": {\n    "s": "cut', "line 3, column 14"],
    ['{\n  "a.ts": {', "line 2, column 12"],
    ['{"a.ts": {"s": {}} "b.ts": {}}', "line 1, column 20"],
  ] as const)
    t.throws(() => readIstanbul(text), { path, message: /not JSON/ }, text);
  t.end();
});

await test("only what is covered whole counts as 100 percent", (t) => {
  t.equal(ratio(19_999, 20_000).percent, 99.99);
  t.equal(ratio(99_999, 100_000).percent, 99.99);
  t.equal(ratio(2, 2).percent, 100);
  t.equal(ratio(0, 0).percent, null);
  t.end();
});

await test("a requirement is covered when all lines of its files are", (t) => {
  const { files } = readLcov(lcov);
  const { requirements, gaps } = implementedBy(
    [
      { requirementId: "R-AGE", files: ["src/age.ts"] },
      { requirementId: "R-NAME", files: ["./name.ts"] },
      { requirementId: "R-GONE", files: ["src/gone.ts"] },
    ],
    files,
  );
  t.strictSame(requirements, [
    { requirementId: "R-AGE", covered: false },
    { requirementId: "R-NAME", covered: true },
    { requirementId: "R-GONE", covered: false },
  ]);
  t.match(gaps, [
    /R-AGE, has lines that no test runs: 8-9/,
    /src\/gone\.ts, which implements R-GONE, is not in the report/,
  ]);
  const twins = readLcov(
    "SF:a\\index.ts\nDA:1,1\nend_of_record\nSF:b\\index.ts\nDA:1,0\nend_of_record\n",
  ).files;
  const of = (file: string) => implementedBy([{ requirementId: "R", files: [file] }], twins).gaps;
  t.strictSame(of("a/index.ts"), [], "folders are divided by either slash");
  t.match(of("b/index.ts"), [/no test runs: 1/]);
  t.match(of("index.ts"), [/fits 2 files of the report/]);
  t.match(of("index"), [/is not in the report/], "a name is a whole one");
  t.match(of("repo/src/b/index.ts"), [/no test runs: 1/], "a report may be about a folder below");
  const onC = readLcov("SF:C:\\repo\\a.ts\nDA:1,1\nend_of_record").files;
  t.strictSame(implementedBy([{ requirementId: "R", files: ["c:/repo/a.ts"] }], onC).gaps, []);
  t.equal(ranges([1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
  t.end();
});

await test("a requirement is traced when a test runs each of its cases", (t) => {
  const { requirements, total, gaps } = trace(
    [
      { requirementId: "R1", cases: ["R1-TC01", "R1-TC02"] },
      { requirementId: "R2", cases: ["R2-TC01"] },
      { requirementId: "R3", cases: [] },
    ],
    new Set(["R1-TC01", "R1-TC02", "X-1"]),
  );
  t.strictSame(
    requirements.map(({ requirementId, covered }) => [requirementId, covered]),
    [
      ["R1", true],
      ["R2", false],
      ["R3", false],
    ],
  );
  t.strictSame(total, { covered: 2, total: 3, percent: 66.66 });
  t.match(gaps, [
    /No test runs case R2-TC01/,
    /Requirement R3 has no case/,
    /the case X-1, which no requirement has/,
  ]);
  t.end();
});
