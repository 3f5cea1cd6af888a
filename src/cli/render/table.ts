import { stripVTControlCharacters } from "node:util";
import type { Paint } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** One cell: its text, and how it is painted once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: Paint;
}

/**
 * Rows under titles, each column as wide as its widest cell. A line that is wider than the terminal is cut with `…`:
 * the last column holds what can best be spared.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  title: Paint,
): readonly string[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => visible(row[index]?.text ?? ""))),
  );
  const draw = (cells: readonly Cell[]): string => {
    let room = width;
    const parts = cells.map((cell, index) => {
      const isLast = index === columns.length - 1;
      const gap = index === 0 ? "" : "  ";
      const text = fit(
        gap + (isLast ? cell.text : pad(cell.text, widths[index] ?? 0, columns[index]?.align)),
        room,
      );
      room -= visible(text);
      return cell.paint === undefined ? text : cell.paint(text);
    });
    return parts.join("").trimEnd();
  };
  return [draw(columns.map((column) => ({ text: column.title, paint: title }))), ...rows.map(draw)];
}

const visible = (text: string): number => stripVTControlCharacters(text).length;

function pad(text: string, width: number, align: Column["align"] = "left"): string {
  const space = " ".repeat(Math.max(0, width - visible(text)));
  return align === "right" ? space + text : text + space;
}

/** Cells hold no colours yet (they are painted after), so a cut never falls into a sequence. */
function fit(text: string, room: number): string {
  if (text.length <= room) return text;
  return room <= 1 ? "" : `${text.slice(0, room - 1)}…`;
}
