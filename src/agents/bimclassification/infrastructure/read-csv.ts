import { invalid } from "agents-apphost/kit";
import type { TableRow } from "../domain/csv-table.ts";

/**
 * Reads a CSV text (RFC 4180); the delimiter is that which stands most often in the header: comma, semicolon or tab. Rows
 * are counted as a spreadsheet counts them; those without any content are left out, and so is a title in front of the header.
 *
 * @throws Problem 422 with the row for what is no CSV.
 */
export async function readCsv(
  text: string,
): Promise<{ readonly header: TableRow; readonly rows: readonly TableRow[] }> {
  // Loaded when there is something to read.
  const { CsvError, parse } = await import("csv-parse/sync");
  try {
    const records: string[][] = parse(fromWindows(text), {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
    });
    const filled = records
      .map((cells, index) => ({ row: index + 1, cells }))
      .filter(({ row, cells }) => filledOf(cells) > 0 && !(row === 1 && isHint(cells)));
    const [first, second] = filled;
    if (first === undefined) throw refused("the file is empty", 1);
    const isTitled = filledOf(first.cells) === 1 && second !== undefined && filledOf(second.cells) > 1;
    const [header = first, ...rows] = isTitled ? filled.slice(1) : filled;
    return { header, rows };
  } catch (error) {
    if (error instanceof CsvError) {
      const read: unknown = error["records"];
      throw refused(error.message, (typeof read === "number" ? read : 0) + 1);
    }
    throw error;
  }
}

function filledOf(cells: readonly string[]): number {
  return cells.filter((cell) => cell.trim() !== "").length;
}

/** What Excel on Windows saves as CSV is Windows-1252: a dash or a euro sign stands where Latin-1 has control characters. */
function fromWindows(text: string): string {
  const windows = new TextDecoder("windows-1252");
  return text.replaceAll(/[\u0080-\u009F]/gu, (character) =>
    windows.decode(Buffer.from(character, "latin1")),
  );
}

/** `sep=;` in front of a table tells Excel its delimiter. */
function isHint(cells: readonly string[]): boolean {
  return cells[0]?.toLowerCase() === "sep=";
}

function refused(message: string, row: number): Error {
  return invalid(`The table cannot be read: row ${row}: ${message}`, [{ path: `row ${row}`, message }]);
}

function delimiterOf(text: string): string {
  const lines = text.split(/[\r\n]+/, 20).map((line) => line.replace(/"[^"]*"/g, ""));
  const header = lines.find((line) => /[,;\t]/.test(line)) ?? "";
  const counted = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.reduce((most, each) => (each.count > most.count ? each : most)).delimiter;
}
