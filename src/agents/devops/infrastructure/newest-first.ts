import type { Page } from "../application/ports.ts";

/** Time and id of the last row of the page before, from its `next`. */
export function cursorOf(next: string): { readonly time: string; readonly id: string } {
  const at = next.indexOf("_");
  return { time: next.slice(0, at), id: next.slice(at + 1) };
}

/** Of one row more than are asked for, a page. */
export function pageOf<Row extends { readonly created_at: string }, Item>(
  rows: readonly Row[],
  limit: number,
  { idOf, toItem }: { readonly idOf: (row: Row) => string; readonly toItem: (row: Row) => Item },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map((row) => toItem(row)), next: more ? `${last.created_at}_${idOf(last)}` : null };
}
