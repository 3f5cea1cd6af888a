/** A type glob (`*`: any run of characters) as SQLite's GLOB wants it: everything else stands for itself. */
export function toSqlGlob(pattern: string): string {
  return pattern.replaceAll(/[?[\]]/gu, (one) => `[${one}]`);
}
