import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResourceFile } from "./document.ts";

/**
 * Writes an agent's resource files into a folder that holds nothing else. Each file appears as a whole; one that is as it
 * was is not touched, as daprd loads a changed one again; one that is not wanted any more goes. Gives the folder's
 * Configuration files.
 */
export async function writeResources(
  folder: string,
  files: readonly ResourceFile[],
): Promise<readonly string[]> {
  const { stringify } = await import("yaml");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const wanted = new Set(files.map(({ file }) => file));
  for (const { file, comment, document } of files) {
    const head = [...comment.split("\n"), "Written by agents at each start."]
      .map((line) => `# ${line}\n`)
      .join("");
    await writeWhole(folder, file, head + stringify(document, { lineWidth: 0 }));
  }
  for (const name of await readdir(folder))
    if (!wanted.has(name)) await rm(join(folder, name), { force: true });
  return files.flatMap(({ file, document }) =>
    document.kind === "Configuration" ? [join(folder, file)] : [],
  );
}

async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const before = await readFile(path, "utf8").catch(() => null);
  if (before === text) return;
  // No name that daprd would load.
  const temporary = join(folder, `.${name}.${process.pid}.tmp`);
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}
