import { test } from "tap";
import { readCobertura } from "../../../../src/agents/testplanning/domain/coverage/cobertura.ts";
import type { CoverageReport } from "../../../../src/agents/testplanning/domain/coverage/totals.ts";
import { readXml } from "../../../../src/agents/testplanning/infrastructure/read-xml.ts";

const read = async (text: string): Promise<CoverageReport> => readCobertura(await readXml(text));

/** In the shape of coverage.py and of Istanbul's reporter: written by hand after coverage-04.dtd. */
const report = (
  classes: string,
  attributes = 'lines-valid="7" lines-covered="4" branches-valid="6" branches-covered="3"',
) =>
  `<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage ${attributes} line-rate="0.57" branch-rate="0.5" complexity="0" version="7.6" timestamp="1">
  <sources><source>/src</source></sources>
  <packages><package name="app" line-rate="0.5"><classes>${classes}</classes></package></packages>
</coverage>`;
const line = (number: number, hits: number, conditions?: string): string =>
  conditions === undefined
    ? `<line number="${number}" hits="${hits}"/>`
    : `<line number="${number}" hits="${hits}" branch="true" condition-coverage="${conditions}"/>`;
const shop = `<class name="Cart" filename="shop/cart.py"><methods>
    <method name="add" signature="(I)V"><lines>${line(2, 1)}${line(3, 0)}</lines></method>
    <method name="drop" signature="()V"><lines>${line(9, 0)}</lines></method></methods>
  <lines>${line(1, 1)}${line(2, 1, "50% (1/2)")}${line(3, 0)}${line(9, 0)}</lines></class>
  <class name="Cart$Item" filename="shop/cart.py"><methods/><lines>${line(12, 4, "100% (2/2)")}</lines></class>
  <class name="Pay" filename="shop/pay &amp; g&#x6f;&#46;py"><methods/><lines>${line(1, 3)}${line(2, 0, "0% (0/2)")}</lines></class>`;

await test("a Cobertura report is added up from its lines, by file", async (t) => {
  const found = await read(report(shop));
  t.strictSame(found.contradictions, []);
  t.strictSame(found.totals, {
    lines: { covered: 4, total: 7, percent: 57.14 },
    statements: null,
    functions: { covered: 1, total: 2, percent: 50 },
    branches: { covered: 3, total: 6, percent: 50 },
  });
  t.match(found.files, [
    {
      path: "shop/cart.py",
      lines: { covered: 3, total: 5 },
      branches: { covered: 3, total: 4 },
      uncoveredLines: [3, 9],
    },
    { path: "shop/pay & go.py", functions: null, uncoveredLines: [2] },
  ]);
});

await test("branches are told as every tool writes them", async (t) => {
  const lines = [
    `<line number="1" hits="1" branch="True" condition-coverage="50% (1/2)"/>`,
    `<line number="2" hits="1" condition-coverage="100% (2/2)"/>`,
    `<line number="3" hits="1" branch="False"/>`,
    `<line number="4" hits="1" branch="false" condition-coverage="0% (0/2)"/>`,
  ];
  const { totals } = await read(
    report(`<class filename="a.cs"><lines>${lines.join("")}</lines></class>`, ""),
  );
  t.strictSame(totals.branches, { covered: 3, total: 4, percent: 75 });
});

await test("what a report claims of itself and does not hold is told", async (t) => {
  const found = await read(report(shop, 'lines-valid="7" lines-covered="7"'));
  t.strictSame(found.contradictions, ["The report claims 7 of 7 lines, its lines add up to 4 of 7."]);
  t.strictSame((await read(report(shop, ""))).contradictions, [], "what claims nothing cannot be wrong");
});

await test("what is no report is refused with the place", async (t) => {
  const entity =
    '<!DOCTYPE coverage [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>';
  for (const [text, path, message] of [
    ["hello", /^line/, /no XML/],
    ["<coverage><packages></coverage>", /^line 1/, /no XML/],
    ["<html></html>", /^report$/, /root element is <html>/],
    ["<coverage/>", /^report$/, /covers no class/],
    [report(`<class name="x"><lines/></class>`), /^class 1$/, /no filename/],
    [
      report(`<class filename="x"><lines><line number="1" hits="-1"/></lines></class>`),
      /^class 1 \(x\)$/,
      /hits is "-1"/,
    ],
    [report(`<class filename="x"><lines><line hits="1"/></lines></class>`), /^class 1/, /number is ""/],
    [report(`<class filename="x"><lines>${line(1, 1, "(3/2)")}</lines></class>`), /^class 1/, /3 of 2/],
    ["<a>".repeat(5000) + "</a>".repeat(5000), /./, /./],
  ] as const)
    await t.rejects(read(text), { name: "ReportUnreadable", path, message }, text.slice(0, 60));
  const found = await read(
    report(`<class filename="a&b;&x;"><lines>${line(1, 1)}</lines></class>`, "").replace(
      /<!DOCTYPE[^>]*>/u,
      entity,
    ),
  ).then(
    ({ files }) => files[0]?.path,
    (error: Error) => error.name,
  );
  t.ok(found === "a&b;&x;" || found === "ReportUnreadable", "entities of a document stand for nothing");
});
