import type { Taint } from "./taint.ts";

/** The languages that rules know; `markup` is HTML and its templates. */
export type Dialect = "javascript" | "python" | "markup" | "other";

export type Severity = "critical" | "high" | "medium" | "low";

/** One known weakness and how to see it in the text of a statement. */
export type ReviewRule = {
  /** Number in the Common Weakness Enumeration, `CWE-89`. */
  readonly cwe: string;
  readonly title: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string;
  readonly dialects: readonly Dialect[];
  /** True when the statement has the weakness. */
  readonly found: (statement: string, taint: Taint, dialect: Dialect) => boolean;
};

/** The dialect of a file, by its extension. */
export function dialectOf(path: string): Dialect {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  if (/^(?:[cm]?[jt]sx?)$/.test(extension)) return "javascript";
  if (extension === "py" || extension === "pyi") return "python";
  return /^(?:html?|vue|svelte|jinja2?|j2|ejs|hbs)$/.test(extension) ? "markup" : "other";
}
