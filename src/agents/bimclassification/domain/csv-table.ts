import { bareElement } from "./element.ts";
import type { Element, PropertyValue } from "./element.ts";
import { elementClassOf } from "./ifc/element-classes.ts";

/** A row as it was read: its number in the file, counted from 1 with the header, and its cells. */
export interface TableRow {
  readonly row: number;
  readonly cells: readonly string[];
}

/** One thing that is wrong with a row. */
export interface TableIssue {
  readonly row: number;
  readonly column: string;
  readonly message: string;
}

/** What a column can be. Every other column is a property by the name of its header. */
const FIELDS = [
  "id",
  "ifcClass",
  "name",
  "description",
  "objectType",
  "predefinedType",
  "typeName",
  "material",
  "storey",
] as const;
export type TableField = (typeof FIELDS)[number];

/** Headers that are understood without a mapping, without regard to case, spaces, hyphens and underscores. */
const HEADERS: ReadonlyMap<string, TableField> = new Map<string, TableField>(
  Object.entries({
    id: "id",
    elementid: "id",
    globalid: "id",
    guid: "id",
    ifcguid: "id",
    ifcclass: "ifcClass",
    class: "ifcClass",
    ifcentity: "ifcClass",
    entity: "ifcClass",
    exportas: "ifcClass",
    ifcexportas: "ifcClass",
    exporttoifcas: "ifcClass",
    name: "name",
    elementname: "name",
    description: "description",
    objecttype: "objectType",
    predefinedtype: "predefinedType",
    ifcpredefinedtype: "predefinedType",
    type: "typeName",
    typename: "typeName",
    familyandtype: "typeName",
    material: "material",
    materials: "material",
    structuralmaterial: "material",
    storey: "storey",
    buildingstorey: "storey",
    level: "storey",
  } as const),
);

/** Which column is what, by its header; for headers that are not understood by themselves. */
export type ColumnMapping = Readonly<Partial<Record<TableField, string>>>;

/** The elements of a table, or what is wrong with its rows: then nothing of it is taken. */
export type TableRead =
  | { readonly ok: true; readonly elements: readonly Element[] }
  | { readonly ok: false; readonly issues: readonly TableIssue[] };

/** Reads elements from a table with a header. */
export function elementsOfTable(
  header: TableRow,
  rows: readonly TableRow[],
  mapping: ColumnMapping = {},
): TableRead {
  const columns = readHeader(header, mapping);
  if (!columns.ok) return columns;
  const issues: TableIssue[] = [];
  const elements: Element[] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const issue = rowIssue(row, header, columns.fields, seen);
    if (issue === null) elements.push(elementOf(row, header, columns.fields));
    else issues.push(issue);
  }
  return issues.length === 0 ? { ok: true, elements } : { ok: false, issues };
}

type Columns = readonly (TableField | null)[];

function readHeader(
  { row, cells }: TableRow,
  mapping: ColumnMapping,
):
  | { readonly ok: true; readonly fields: Columns }
  | { readonly ok: false; readonly issues: readonly TableIssue[] } {
  const issues: TableIssue[] = [];
  const fields: (TableField | null)[] = cells.map(
    (title) => HEADERS.get(title.toLowerCase().replace(/[\s_-]+/g, "")) ?? null,
  );
  for (const field of FIELDS) {
    const title = mapping[field];
    if (title === undefined) continue;
    const at = cells.indexOf(title);
    if (at === -1) {
      issues.push({
        row,
        column: title,
        message: `the table has no such column; it has ${cells.join(", ")}`,
      });
      continue;
    }
    // What is mapped stands alone for its field.
    for (const [index, other] of fields.entries()) if (other === field) fields[index] = null;
    fields[at] = field;
  }
  for (const field of FIELDS) {
    const found = fields.filter((each) => each === field).length;
    const required = field === "id" || field === "ifcClass";
    if (required && found === 0)
      issues.push({ row, column: field, message: `no column is the ${field}; name it in the mapping` });
    if (found > 1)
      issues.push({
        row,
        column: field,
        message: `${found} columns are the ${field}; name one in the mapping`,
      });
  }
  return issues.length === 0 ? { ok: true, fields } : { ok: false, issues };
}

function rowIssue(
  { row, cells }: TableRow,
  header: TableRow,
  fields: Columns,
  seen: Map<string, number>,
): TableIssue | null {
  const cell = (field: TableField): string => (cells[fields.indexOf(field)] ?? "").trim();
  const title = (field: TableField): string => header.cells[fields.indexOf(field)] ?? field;
  const beyond = cells.slice(header.cells.length).some((text) => text.trim() !== "");
  if (cells.length < header.cells.length || beyond) {
    const message = `the row has ${cells.length} cells, the header ${header.cells.length}`;
    return { row, column: "", message };
  }
  const id = cell("id");
  if (id === "") return { row, column: title("id"), message: "the id is empty" };
  if (id.length > 128) return { row, column: title("id"), message: "the id is longer than 128 characters" };
  const earlier = seen.get(id);
  if (earlier !== undefined)
    return { row, column: title("id"), message: `${id} stands in row ${earlier} already` };
  seen.set(id, row);
  const given = cell("ifcClass");
  if (!isIfcClass(ifcClassOf(given)))
    return {
      row,
      column: title("ifcClass"),
      message: `"${given.slice(0, 40)}" is no entity of IFC such as IfcWall`,
    };
  return null;
}

/** The entity as IFC spells it: STEP files and what is made from them have it in upper case. */
export function ifcClassOf(text: string): string {
  return elementClassOf(text.toUpperCase()) ?? text;
}

/** Whether a text is spelled as an entity of IFC. Which entities there are is known by the rules. */
export function isIfcClass(text: string): boolean {
  return /^Ifc[A-Z][A-Za-z0-9]{1,60}$/.test(text);
}

function elementOf({ cells }: TableRow, header: TableRow, fields: Columns): Element {
  const text = (field: TableField): string | null => {
    const value = (cells[fields.indexOf(field)] ?? "").trim();
    return value === "" ? null : value;
  };
  const properties = Object.fromEntries(
    header.cells.flatMap((title, index): [string, PropertyValue][] => {
      const value = (cells[index] ?? "").trim();
      return fields[index] === null && value !== "" ? [[title.trim(), valueOf(value)]] : [];
    }),
  );
  return {
    ...bareElement(text("id") ?? "", ifcClassOf(text("ifcClass") ?? "")),
    name: text("name"),
    description: text("description"),
    objectType: text("objectType"),
    predefinedType: text("predefinedType")?.toUpperCase() ?? null,
    typeName: text("typeName"),
    storey: text("storey"),
    materials:
      text("material")
        ?.split(/\s*[;|]\s*/)
        .filter(Boolean) ?? [],
    properties,
  };
}

/** Tables write truth in words; a number stays a text, as nothing is computed with it. */
function valueOf(text: string): PropertyValue {
  if (/^(?:true|\.t\.|yes)$/i.test(text)) return true;
  return /^(?:false|\.f\.|no)$/i.test(text) ? false : text;
}
