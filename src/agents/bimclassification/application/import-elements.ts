import type { HandlerContext, ProblemIssue } from "agents-apphost/kit";
import { invalid } from "agents-apphost/kit";
import { elementsOfTable } from "../domain/csv-table.ts";
import type { TableIssue } from "../domain/csv-table.ts";
import type { Element } from "../domain/element.ts";
import { IfcReader } from "../domain/ifc/ifc-reader.ts";
import type { IfcModel } from "../domain/ifc/ifc-model.ts";
import { StepError } from "../domain/step/step-error.ts";
import type { Classifications, ImportInput, ModelFiles, Outcome, ReadCsv, TextInput } from "./ports.ts";

/** What an import came to. */
export interface Imported {
  readonly source: string;
  /** Of an IFC file. */
  readonly schema: string | null;
  readonly imported: number;
  /** Elements that were known, whose facts are others now. */
  readonly changed: number;
  readonly unchanged: number;
  readonly leftOut: Readonly<Record<string, number>>;
  readonly elementIds: readonly string[];
}

/** Elements of one transaction: large imports commit in steps, and an import that comes again does only what is missing. */
const BATCH = 500;

/** Takes elements in. An element is known by its id: coming again it changes nothing, or only its facts. */
export class ImportElements {
  readonly #classifications: Classifications;
  readonly #readCsv: ReadCsv;
  readonly #files: ModelFiles;

  constructor(classifications: Classifications, readCsv: ReadCsv, files: ModelFiles) {
    this.#classifications = classifications;
    this.#readCsv = readCsv;
    this.#files = files;
  }

  /** @throws Problem 422 for what cannot be read, with line and column, or row. */
  async handle(input: ImportInput, ctx: HandlerContext): Promise<Imported> {
    const { elements, schema, leftOut } = await this.#read(input);
    const source = input.source ?? sourceOf(input);
    const outcomes = await this.store(elements, source, ctx);
    const count = (type: "imported" | "facts-changed"): number =>
      outcomes.filter(({ events }) => events.some((event) => event.type === type)).length;
    const [imported, changed] = [count("imported"), count("facts-changed")];
    return {
      source,
      schema,
      imported,
      changed,
      unchanged: outcomes.length - imported - changed,
      leftOut,
      elementIds: elements.map((element) => element.id),
    };
  }

  async store(
    elements: readonly Element[],
    source: string,
    ctx: HandlerContext,
  ): Promise<readonly Outcome[]> {
    assertUnique(elements);
    const outcomes: Outcome[] = [];
    for (let at = 0; at < elements.length; at += BATCH) {
      const work = elements.slice(at, at + BATCH).map((element) => ({
        elementId: element.id,
        commands: [{ type: "import", element, source } as const],
      }));
      outcomes.push(...(await this.#classifications.record(ctx, work)));
    }
    return outcomes;
  }

  async #read(
    input: ImportInput,
  ): Promise<Pick<IfcModel, "elements" | "leftOut"> & { schema: string | null }> {
    switch (input.format) {
      case "elements":
        return { elements: input.elements, schema: null, leftOut: {} };
      case "ifc":
        return await readModel(this.#files, input.from);
      case "csv": {
        let text = "";
        for await (const piece of piecesOf(this.#files, input.from)) text += piece;
        const { header, rows } = await this.#readCsv(text);
        const read = elementsOfTable(header, rows, input.columns);
        if (read.ok) return { elements: read.elements, schema: null, leftOut: {} };
        throw tableRefused(read.issues);
      }
      default:
        return input satisfies never;
    }
  }
}

/** Reads an IFC text or file. @throws Problem 422 with line and column. */
export async function readModel(files: ModelFiles, from: TextInput): Promise<IfcModel> {
  const reader = new IfcReader();
  try {
    for await (const piece of piecesOf(files, from)) reader.push(piece);
    return reader.end();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const path = `line ${error.line}, column ${error.column}`;
    throw refused(`The IFC file cannot be read: ${path}: ${error.message}.`, [
      { path, message: error.message },
    ]);
  }
}

async function* piecesOf(files: ModelFiles, from: TextInput): AsyncIterable<string> {
  if ("file" in from) yield* files.pieces(from.file);
  else yield from.content;
}

function sourceOf(input: ImportInput): string {
  return input.format !== "elements" && "file" in input.from ? input.from.file : input.format;
}

/** More would help nobody. */
const ISSUES_TOLD = 100;

function tableRefused(found: readonly TableIssue[]): Error {
  const issues = found.map(({ row, column, message }) => ({
    path: `row ${row}${column === "" ? "" : `, column ${column}`}`,
    message,
  }));
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return refused(`The table cannot be read: ${first?.path}: ${first?.message}${more}.`, issues);
}

function refused(detail: string, issues: readonly ProblemIssue[]): Error {
  return invalid(detail, issues.slice(0, ISSUES_TOLD));
}

function assertUnique(elements: readonly Element[]): void {
  const seen = new Set<string>();
  for (const [index, { id }] of elements.entries()) {
    if (seen.has(id)) {
      const message = `the id ${id} is given twice`;
      throw invalid(`elements[${index}].id: ${message}`, [{ path: `elements[${index}].id`, message }]);
    }
    seen.add(id);
  }
}
