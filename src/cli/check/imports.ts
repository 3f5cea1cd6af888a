import type { ModuleExportName } from "oxc-parser";
import { parseSync, Visitor } from "oxc-parser";

/** One way in which a file reaches another one. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** What is imported by name; null: everything, or nothing that can be named. */
  readonly names: readonly string[] | null;
  /** True where it is gone when the program runs. */
  readonly isType: boolean;
}

/** What a source file imports, in the order in which it stands there, or where it cannot be parsed. */
export type FileImports =
  | { readonly at: "parsed"; readonly imports: readonly Import[] }
  | { readonly at: "broken"; readonly line: number; readonly message: string };

/** The specifier of an `import()` that nobody can follow: it may be anything, which a domain does not import. */
const COMPUTED = "(computed)";

/** Imports of every kind: static, of types, exports from another module, `import()`, `import("…")` types and `require`. */
export function importsIn(file: string, text: string): FileImports {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined)
    return { at: "broken", line: lineAt(text, error.labels[0]?.start ?? 0), message: error.message };
  const imports: (Import & { readonly start: number })[] = [];
  const add = (source: unknown, start: number, names: Import["names"], isType: boolean): void => {
    const specifier = textOf(source);
    if (specifier !== null) imports.push({ specifier, line: lineAt(text, start), names, isType, start });
  };
  new Visitor({
    ImportDeclaration: ({ source, specifiers, importKind, start }) => {
      const names = specifiers.map((one) =>
        one.type === "ImportSpecifier"
          ? nameOf(one.imported)
          : one.type === "ImportDefaultSpecifier"
            ? "default"
            : null,
      );
      const isType =
        importKind === "type" ||
        (specifiers.length > 0 &&
          specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type"));
      add(source, start, allNamed(names), isType);
    },
    ExportNamedDeclaration: ({ source, specifiers, exportKind, start }) => {
      if (source !== null)
        add(
          source,
          start,
          specifiers.map(({ local }) => nameOf(local)),
          exportKind === "type",
        );
    },
    ExportAllDeclaration: ({ source, exportKind, start }) => add(source, start, null, exportKind === "type"),
    ImportExpression: ({ source, start }) => {
      if (textOf(source) !== null) return add(source, start, null, false);
      imports.push({ specifier: COMPUTED, line: lineAt(text, start), names: null, isType: false, start });
    },
    TSImportType: ({ source, start }) => add(source, start, null, true),
    TSExternalModuleReference: ({ expression, start }) => add(expression, start, null, false),
    CallExpression: ({ callee, arguments: [first], start }) => {
      if (callee.type === "Identifier" && callee.name === "require") add(first, start, null, false);
    },
  }).visit(program);
  return { at: "parsed", imports: imports.toSorted((a, b) => a.start - b.start) };
}

function allNamed(names: readonly (string | null)[]): readonly string[] | null {
  const named = names.filter((name) => name !== null);
  return named.length === names.length && named.length > 0 ? named : null;
}

function nameOf(name: ModuleExportName): string {
  return name.type === "Literal" ? name.value : name.name;
}

/** A text; of a template with values what stands before them: it may lead to all that begins so. */
function textOf(node: unknown): string | null {
  if (typeof node !== "object" || node === null || !("type" in node)) return null;
  if (node.type === "Literal" && "value" in node && typeof node.value === "string") return node.value;
  if (node.type !== "TemplateLiteral" || !("quasis" in node) || !Array.isArray(node.quasis)) return null;
  const [begin, ...more]: readonly unknown[] = node.quasis;
  if (typeof begin !== "object" || begin === null || !("value" in begin)) return null;
  const { value } = begin;
  if (typeof value !== "object" || value === null || !("cooked" in value)) return null;
  const { cooked } = value;
  if (typeof cooked !== "string") return null;
  return more.length === 0 ? cooked : cooked === "" ? null : `${cooked}*`;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
