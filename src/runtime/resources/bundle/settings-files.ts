import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

/**
 * Files that are not part of a bundle but decide how it is built: for each source folder the nearest tsconfig.json with
 * what it extends, and the nearest package.json (module type, imports).
 */
export function settingsFiles(sources: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const dir of new Set(sources.map((source) => dirname(source)))) {
    const tsconfig = nearest(dir, "tsconfig.json");
    if (tsconfig !== null) addWithBases(tsconfig, found);
    const manifest = nearest(dir, "package.json");
    if (manifest !== null) found.add(manifest);
  }
  return [...found];
}

function nearest(from: string, name: string): string | null {
  for (let dir = from; ; dir = dirname(dir)) {
    const file = join(dir, name);
    if (existsSync(file)) return file;
    if (dirname(dir) === dir) return null;
  }
}

function addWithBases(tsconfig: string, found: Set<string>): void {
  if (found.has(tsconfig)) return;
  found.add(tsconfig);
  for (const base of basesOf(tsconfig)) addWithBases(base, found);
}

/** Read by pattern: a tsconfig is JSON with comments, and only this one field matters. */
function basesOf(tsconfig: string): readonly string[] {
  const text = existsSync(tsconfig) ? readFileSync(tsconfig, "utf8") : "";
  const value = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? "";
  return [...value.matchAll(/"([^"]*)"/g)].flatMap(([, name = ""]) => baseFile(tsconfig, name) ?? []);
}

function baseFile(tsconfig: string, name: string): string | null {
  if (/^\.{0,2}\//.test(name)) {
    const file = resolve(dirname(tsconfig), name);
    return file.endsWith(".json") ? file : `${file}.json`;
  }
  try {
    return createRequire(tsconfig).resolve(name.endsWith(".json") ? name : `${name}/tsconfig.json`);
  } catch {
    return null; // esbuild warns about a base that is not there and goes on
  }
}
