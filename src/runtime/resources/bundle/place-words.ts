import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * A bundle lies elsewhere than its sources. So that `import.meta.url`, `__dirname` and the like keep meaning the file they
 * are written in (to read a file beside it, to start a worker), each is replaced by a name, and that name is defined at
 * the top of each file that needs it.
 */
export const PLACE_WORDS = {
  "import.meta.url": "__agents_url",
  "import.meta.filename": "__agents_filename",
  "import.meta.dirname": "__agents_dirname",
  "import.meta.main": "__agents_main",
  __filename: "__agents_filename",
  __dirname: "__agents_dirname",
} as const;

const MENTIONED = /\bimport\.meta\b|\b__dirname\b|\b__filename\b/;

/** Puts the names in front, without a line break so that line numbers stay. Null where the file needs none. */
export function withPlace(file: string, source: string, isEntry: boolean): string | null {
  if (!MENTIONED.test(source)) return null;
  const prefix = placePrefix(file, isEntry);
  if (!source.startsWith("#!")) return prefix + source;
  const line = source.indexOf("\n") + 1;
  return line === 0 ? source : source.slice(0, line) + prefix + source.slice(line);
}

export function placePrefix(file: string, isEntry: boolean): string {
  const values = [
    ["__agents_url", pathToFileURL(file).href],
    ["__agents_filename", file],
    ["__agents_dirname", dirname(file)],
    ["__agents_main", isEntry],
  ] as const;
  return `const ${values.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")};`;
}
