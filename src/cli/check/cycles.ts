import { dirname } from "node:path";
import type { FollowedImport, Violation } from "./rules.ts";
import { RULES, withoutEnding } from "./rules.ts";

/** A file with what it imports. */
export interface ReadFile {
  readonly file: string;
  readonly imports: readonly FollowedImport[];
}

/** Circles of imports that are there when the program runs; each is told once, at the import that closes it. */
export function cyclesIn(files: readonly ReadFile[]): readonly Violation[] {
  const byPath = new Map(files.flatMap((each) => pathsOf(each.file).map((path) => [path, each] as const)));
  const found: Violation[] = [];
  const done = new Set<string>();
  const visit = ({ file, imports }: ReadFile, above: readonly string[]): void => {
    const way = [...above, file];
    for (const { target, line, isType } of imports) {
      if (isType || target === null) continue;
      const next = byPath.get(target);
      if (next === undefined) continue;
      const from = way.indexOf(next.file);
      if (from >= 0) found.push(violation(file, line, way.slice(from)));
      else if (!done.has(next.file)) visit(next, way);
    }
    done.add(file);
  };
  for (const each of files) if (!done.has(each.file)) visit(each, []);
  return found;
}

/** How a file may be named in an import: a folder stands for its index. */
function pathsOf(file: string): readonly string[] {
  const path = withoutEnding(file);
  return path.endsWith("/index") ? [path, dirname(path)] : [path];
}

function violation(file: string, line: number, circle: readonly string[]): Violation {
  const common = circle.map((each) => dirname(each)).reduce((a, b) => shared(a, b));
  const names = [...circle, circle[0] ?? file].map((each) => each.slice(common.length + 1));
  return { rule: "no-cycles", file, line, message: `${RULES["no-cycles"]}: ${names.join(" → ")}` };
}

function shared(a: string, b: string): string {
  let folder = a;
  while (b !== folder && !b.startsWith(`${folder}/`)) folder = dirname(folder);
  return folder;
}
