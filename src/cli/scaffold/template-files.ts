import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A file to be made: its path in the project with `/`, and its whole text. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** The files of template folders, as they stand there; of two with the same path that of the later folder counts. */
export function readTemplates(...names: readonly string[]): readonly NewFile[] {
  const files = new Map<string, string>();
  for (const name of names) {
    const root = join(templatesDir(), name);
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      files.set(relative(root, file).split(sep).join("/"), readFileSync(file, "utf8"));
    }
  }
  return [...files].map(([path, text]) => ({ path, text }));
}

/** `templates/` of this package: the source and the bundle lie at different depths below it. */
function templatesDir(): string {
  for (const up of ["../..", "../../.."]) {
    const dir = join(import.meta.dirname, up, "templates");
    if (existsSync(dir)) return dir;
  }
  throw new Error("The package agents-apphost has lost its folder templates/: install it again.");
}
