import type { Names } from "./names.ts";

/** The languages that rules know; `markup` is HTML and its templates, `settings` names and values: .env, YAML, Dockerfiles. */
export type Dialect = "javascript" | "python" | "markup" | "settings" | "other";

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
  /** Where what it finds is only made up: the paths of such files. */
  readonly notIn?: RegExp;
  /** Comments are read as well. */
  readonly inComments?: true;
  /** True when the statement has the weakness. */
  readonly found: (statement: string, names: Names, dialect: Dialect) => boolean;
};

/** A name that says it is an example is one. */
const SETTINGS =
  /(?:^|\/)(?:[\w.-]*\.env(?:\.(?!example|sample|template|dist)\w+)*|(?:[\w.-]+\.)?Dockerfile(?:\.\w+)?|[^/]+\.(?:ya?ml|properties|ini|(?:ba|z)?sh))$/i;

/** The dialect of a file, by its name. */
export function dialectOf(path: string): Dialect {
  if (SETTINGS.test(path)) return "settings";
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  if (/^(?:[cm]?[jt]sx?)$/.test(extension)) return "javascript";
  if (extension === "py" || extension === "pyi") return "python";
  return /^(?:html?|vue|svelte|jinja2?|j2|ejs|hbs)$/.test(extension) ? "markup" : "other";
}
