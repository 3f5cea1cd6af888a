import type { XmlElement } from "../domain/coverage/cobertura.ts";
import { ReportUnreadable } from "../domain/coverage/totals.ts";

const MAX_DEPTH = 50;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Reads XML. Entities that a document declares are not expanded, and nothing outside of it is read. @throws ReportUnreadable */
export async function readXml(text: string): Promise<XmlElement> {
  // Loaded when there is something to read.
  const { XMLParser, XMLValidator } = await import("fast-xml-parser");
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, col, msg } = valid.err;
    throw new ReportUnreadable(`line ${line}, column ${col}`, `The report is no XML: ${msg}`);
  }
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    processEntities: false,
  });
  try {
    const [root] = elementsOf(parser.parse(text), 0);
    if (root !== undefined) return root;
  } catch (error) {
    if (error instanceof ReportUnreadable) throw error;
    throw new ReportUnreadable("report", `The report cannot be read: ${String(error)}`);
  }
  throw new ReportUnreadable("report", "The report holds no element.");
}

function elementsOf(nodes: unknown, depth: number): XmlElement[] {
  if (depth > MAX_DEPTH) throw new ReportUnreadable("report", "The report is nested too deep.");
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) => {
    if (typeof node !== "object" || node === null) return [];
    const found = Object.entries(node).find(
      ([key]) => key !== ":@" && key !== "#text" && !key.startsWith("?"),
    );
    if (found === undefined) return [];
    const attributes = ":@" in node && typeof node[":@"] === "object" ? (node[":@"] ?? {}) : {};
    return [
      {
        name: found[0],
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, plain(String(value))]),
        ),
        children: elementsOf(found[1], depth + 1),
      },
    ];
  });
}

function plain(text: string): string {
  return text.replaceAll(/&(?:(\w{1,10})|#(\d{1,7})|#x([\da-f]{1,6}));/giu, (all, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[String(name)] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
  });
}
