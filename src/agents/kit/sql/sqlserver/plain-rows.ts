/** A value with what the server said about its column. */
interface Column {
  readonly metadata: { readonly type: { readonly name: string }; readonly dataLength?: number | undefined };
  value: unknown;
}

/**
 * Turns the values of a row into what SQLite gives for the same data: whole numbers as numbers, yes and no as 1 and 0,
 * times as ISO 8601 text.
 */
export function plainRow(columns: readonly Column[]): void {
  for (const column of columns) column.value = plain(column);
}

function plain({ value, metadata }: Column): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  const wide =
    metadata.type.name === "BigInt" || (metadata.type.name === "IntN" && metadata.dataLength === 8);
  if (!wide || typeof value !== "string") return value;
  const number = Number(value);
  // Beyond 2^53 the text alone is exact.
  return Number.isSafeInteger(number) ? number : value;
}
