/** A code with the system and edition that give it a meaning. C20 is stairs in one edition and finishes in another. */
export interface ClassificationCode {
  readonly system: string;
  readonly edition: string;
  readonly code: string;
  readonly title: string;
}

/** One line of a table. */
export interface CodeEntry {
  readonly code: string;
  readonly title: string;
  /** 1 for the major groups, and so on downwards. */
  readonly level: number;
  readonly parent: string | null;
}

/** A closed list of codes: what is not in it is no code. */
export interface CodeTable {
  readonly system: string;
  readonly edition: string;
  /** Where the list is from. */
  readonly source: string;
  readonly entries: ReadonlyMap<string, CodeEntry>;
}

/** The code as the table has it, or `undefined` when the table has no such code. */
export function findCode(table: CodeTable, code: string): ClassificationCode | undefined {
  const entry = table.entries.get(code);
  if (entry === undefined) return undefined;
  return { system: table.system, edition: table.edition, code: entry.code, title: entry.title };
}

/** The entries of one level, in the order of the table. */
export function entriesAt(table: CodeTable, level: number): readonly CodeEntry[] {
  return [...table.entries.values()].filter((entry) => entry.level === level);
}
