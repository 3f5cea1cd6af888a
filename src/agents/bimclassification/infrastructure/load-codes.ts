import { readFile } from "node:fs/promises";
import { Problem, StartError } from "agents-apphost/kit";
import type { Codes } from "../application/ports.ts";
import { findCode } from "../domain/codes/code-table.ts";
import type { CodeTable } from "../domain/codes/code-table.ts";
import { omniClassTable } from "../domain/codes/omniclass-21.ts";
import type { OmniClassTable } from "../domain/codes/omniclass-21.ts";
import { elementCode, uniformatII } from "../domain/codes/uniformat-ii.ts";
import { readCsv } from "./read-csv.ts";
import type { Settings } from "./settings.ts";

/** The codes that there are, with the tables behind them. */
export interface LoadedCodes extends Codes {
  readonly tables: readonly CodeTable[];
}

/**
 * UNIFORMAT II, and the user's own OmniClass table: a CSV file with the columns `code`, `title` and, where the user has
 * worked it out, `uniformat`.
 *
 * @throws StartError for a file that cannot be used: suggestions would silently lack its numbers.
 */
export async function loadCodes(omniClass: Settings["omniClass"]): Promise<LoadedCodes> {
  const own = omniClass === null ? null : await loadOmniClass(omniClass);
  const tables = [uniformatII, ...(own === null ? [] : [own.table])];
  return {
    tables,
    systems: tables.map((table) => table.system),
    find: (system, code) => {
      if (system === uniformatII.system) return elementCode(code);
      const table = tables.find((each) => each.system === system);
      return table === undefined ? undefined : findCode(table, code);
    },
    omniClassOf: (code) => {
      const number = own?.byUniformat.get(code);
      return own === null || number === undefined ? null : (findCode(own.table, number) ?? null);
    },
  };
}

async function loadOmniClass({ file, edition }: { file: string; edition: string }): Promise<OmniClassTable> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw broken(file, error instanceof Error ? error.message : String(error));
  });
  const { header, rows } = await readCsv(text).catch((error: unknown) => {
    throw error instanceof Problem ? broken(file, error.message) : error;
  });
  const titles = header.cells.map((title) => title.trim().toLowerCase());
  const [code, title, uniformat] = ["code", "title", "uniformat"].map((name) => titles.indexOf(name));
  if (code === undefined || code < 0 || title === undefined || title < 0)
    throw broken(
      file,
      `row 1 has the columns ${header.cells.join(", ")}; expected code, title and perhaps uniformat`,
    );
  const values = rows.map(({ row, cells }) => ({
    row,
    value: {
      code: cell(cells, code),
      title: cell(cells, title),
      uniformatII: cell(cells, uniformat) || null,
    },
  }));
  const { table, issues } = omniClassTable(
    values,
    { edition, source: file },
    (each) => elementCode(each) !== undefined,
  );
  const [first] = issues;
  if (first === undefined) return table;
  const more = issues.length === 1 ? "" : ` (and ${issues.length - 1} more)`;
  throw broken(file, `row ${first.row}: ${first.message}${more}`);
}

function cell(cells: readonly string[], at: number | undefined): string {
  return cells[at ?? -1]?.trim() ?? "";
}

function broken(file: string, reason: string): StartError {
  return new StartError(
    `BIMCLASSIFICATION_OMNICLASS_FILE: ${file} cannot be used: ${reason}`,
    "Mend the table, or leave the variable out: then only UNIFORMAT II is known.",
  );
}
