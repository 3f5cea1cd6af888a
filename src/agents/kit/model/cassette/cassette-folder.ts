import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChatRequest } from "../chat-model.ts";
import type { Cassette } from "./cassette.ts";
import { fileNameOf, readCassette } from "./cassette.ts";

/** The cassettes of one agent: `<folder>/<prompt>-<key>.json`, one call a file, made to be committed and reviewed. */
export class CassetteFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async find(request: ChatRequest, key: string): Promise<Cassette | null> {
    const file = join(this.folder, fileNameOf(request, key));
    const text = await readFile(file, "utf8").catch(() => null);
    const found = text === null ? null : readCassette(text);
    return found?.key === key ? found : null;
  }

  /** Written beside and renamed: a crash leaves the old cassette or the new one. */
  async keep(request: ChatRequest, cassette: Cassette): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const file = join(this.folder, fileNameOf(request, cassette.key));
    const fresh = `${file}.${process.pid}.new`;
    await writeFile(fresh, `${JSON.stringify(cassette, null, 2)}\n`);
    await rename(fresh, file);
  }

  /** Every cassette there is, for the search after the nearest one. */
  async all(): Promise<ReadonlyMap<string, Cassette>> {
    const names = await readdir(this.folder).catch(() => []);
    const found = new Map<string, Cassette>();
    for (const name of names.filter((each) => each.endsWith(".json"))) {
      const cassette = readCassette(await readFile(join(this.folder, name), "utf8"));
      if (cassette !== null) found.set(name, cassette);
    }
    return found;
  }
}
