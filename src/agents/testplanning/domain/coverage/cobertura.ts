import { type CoverageReport, type FileCoverage, ratio, ReportUnreadable, totalsOf } from "./totals.ts";

/** An element of an XML document; text between elements does not matter here. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: readonly XmlElement[];
}

/** What the classes of one file add up to: several classes may stand in it. */
interface Counts {
  readonly lines: Map<number, number>;
  readonly branches: Map<number, readonly [covered: number, total: number]>;
  readonly methods: Map<string, boolean>;
}

/**
 * Reads a Cobertura report (coverage-04.dtd, as coverage.py, JaCoCo converters, gcovr and Istanbul write it). Totals come
 * from the lines; where the root element claims something else, that is reported.
 *
 * @throws ReportUnreadable
 */
export function readCobertura(root: XmlElement): CoverageReport {
  if (root.name !== "coverage")
    throw new ReportUnreadable(
      "report",
      `The root element is <${root.name}>, where <coverage> was expected.`,
    );
  const files = new Map<string, Counts>();
  for (const [index, each] of below(root, ["packages", "package", "classes", "class"]).entries()) {
    const path = each.attributes["filename"] ?? "";
    const where = `class ${index + 1}`;
    if (path === "") throw new ReportUnreadable(where, "A class has no filename.");
    const counts = files.get(path) ?? { lines: new Map(), branches: new Map(), methods: new Map() };
    files.set(path, counts);
    takeClass(counts, each, `${where} (${path})`);
  }
  if (files.size === 0) throw new ReportUnreadable("report", "The report covers no class.");
  const read = [...files].map(([path, counts]) => toFile(path, counts));
  const totals = totalsOf(read);
  return { files: read, totals, contradictions: contradictions(root, totals) };
}

function below(element: XmlElement, [name, ...rest]: readonly string[]): XmlElement[] {
  const found = element.children.filter((child) => child.name === name);
  return rest.length === 0 ? found : found.flatMap((child) => below(child, rest));
}

function takeClass(counts: Counts, element: XmlElement, where: string): void {
  for (const line of below(element, ["lines", "line"])) takeLine(counts, line, where);
  for (const method of below(element, ["methods", "method"])) {
    const own = below(method, ["lines", "line"]);
    for (const line of own) takeLine(counts, line, where);
    if (own.length === 0) continue;
    const { name = "", signature = "" } = method.attributes;
    const key = `${element.attributes["name"] ?? ""} ${name}${signature}`;
    const hit = own.some((line) => count(line.attributes["hits"], where, "hits") > 0);
    counts.methods.set(key, hit || counts.methods.get(key) === true);
  }
}

/** A line of a method stands in its class too, so the greater count is kept and nothing is added up. */
function takeLine({ lines, branches }: Counts, { attributes }: XmlElement, where: string): void {
  const number = count(attributes["number"], where, "number");
  const hits = count(attributes["hits"], where, "hits");
  lines.set(number, Math.max(hits, lines.get(number) ?? 0));
  // coverlet writes True and False.
  if (attributes["branch"]?.toLowerCase() === "false") return;
  const found = /\((\d+)\/(\d+)\)/u.exec(attributes["condition-coverage"] ?? "");
  if (found === null) return;
  const [covered, total] = [Number(found[1]), Number(found[2])];
  if (covered > total)
    throw new ReportUnreadable(where, `Line ${number} covers ${covered} of ${total} conditions.`);
  const known = branches.get(number) ?? [0, 0];
  branches.set(number, [Math.max(covered, known[0]), Math.max(total, known[1])]);
}

function count(text: string | undefined, where: string, attribute: string): number {
  const value = Number(text);
  if (text !== undefined && /^\d{1,15}$/u.test(text)) return value;
  throw new ReportUnreadable(
    where,
    `${where} has a line whose ${attribute} is "${(text ?? "").slice(0, 40)}", where a whole number was expected.`,
  );
}

function toFile(path: string, { lines, branches, methods }: Counts): FileCoverage {
  const sum = (which: 0 | 1) => [...branches.values()].reduce((all, pair) => all + pair[which], 0);
  return {
    path,
    lines: ratio([...lines.values()].filter((hits) => hits > 0).length, lines.size),
    statements: null,
    functions: methods.size === 0 ? null : ratio([...methods.values()].filter(Boolean).length, methods.size),
    branches: branches.size === 0 ? null : ratio(sum(0), sum(1)),
    uncoveredLines: [...lines]
      .filter(([, hits]) => hits === 0)
      .map(([line]) => line)
      .toSorted((a, b) => a - b),
  };
}

const claims = [
  ["lines-covered", "lines-valid", "lines"],
  ["branches-covered", "branches-valid", "branches"],
] as const;

function contradictions({ attributes }: XmlElement, totals: CoverageReport["totals"]): string[] {
  return claims.flatMap(([covered, valid, metric]) => {
    const real = totals[metric] ?? { covered: 0, total: 0 };
    const [claimed, total] = [attributes[covered], attributes[valid]].map((text) =>
      text === undefined ? undefined : Number(text),
    );
    if (claimed === undefined || total === undefined || (claimed === real.covered && total === real.total))
      return [];
    return [
      `The report claims ${claimed} of ${total} ${metric}, its lines add up to ${real.covered} of ${real.total}.`,
    ];
  });
}
