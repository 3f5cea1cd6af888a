import { invalid } from "agents-apphost/kit";
import type { TableRow } from "../domain/csv-table.ts";

/**
 * Reads a CSV text (RFC 4180); the delimiter is that which stands most often in the header: comma, semicolon or tab.
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
      skip_empty_lines: true,
    });
    const [header, ...rows] = records.map((cells, index) => ({ row: index + 1, cells }));
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

function refused(message: string, row: number): Error {
  return invalid(`The table cannot be read: row ${row}: ${message}`, [{ path: `row ${row}`, message }]);
}

function delimiterOf(text: string): string {
  const header = (text.split(/\r?\n/, 1)[0] ?? "").replace(/"[^"]*"/g, "");
  const counted = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.reduce((most, each) => (each.count > most.count ? each : most)).delimiter;
}
