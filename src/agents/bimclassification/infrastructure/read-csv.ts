import { invalid } from "agents-apphost/kit";
import type { TableRow } from "../domain/csv-table.ts";

/**
 * Reads a CSV text (RFC 4180); the delimiter is that which stands most often in the header: comma, semicolon or tab. Rows
 * are counted as a spreadsheet counts them; those without any content are left out.
 *
 * @throws Problem 422 with the row for what is no CSV.
 */
export async function readCsv(
  text: string,
): Promise<{ readonly header: TableRow; readonly rows: readonly TableRow[] }> {
  // Loaded when there is something to read.
  const { CsvError, parse } = await import("csv-parse/sync");
  try {
    const records: string[][] = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
    });
    const [header, ...rows] = records
      .map((cells, index) => ({ row: index + 1, cells }))
      .filter(({ row, cells }) => cells.some((cell) => cell.trim() !== "") && !(row === 1 && isHint(cells)));
    if (header === undefined) throw refused("the file is empty", 1);
    return { header, rows };
  } catch (error) {
    if (error instanceof CsvError) {
      const read: unknown = error["records"];
      throw refused(error.message, (typeof read === "number" ? read : 0) + 1);
    }
    throw error;
  }
}

/** `sep=;` in front of a table tells Excel its delimiter. */
function isHint(cells: readonly string[]): boolean {
  return cells[0]?.toLowerCase() === "sep=";
}

function refused(message: string, row: number): Error {
  return invalid(`The table cannot be read: row ${row}: ${message}`, [{ path: `row ${row}`, message }]);
}

function delimiterOf(text: string): string {
  const first = text.split(/[\r\n]+/).find((line) => line.replace("\uFEFF", "").trim() !== "") ?? "";
  const header = first.replace(/"[^"]*"/g, "");
  const counted = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.reduce((most, each) => (each.count > most.count ? each : most)).delimiter;
}
