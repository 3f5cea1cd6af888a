import { setTimeout as sleep } from "node:timers/promises";
import type { FSWatcher } from "chokidar";
import { readUserResources, type UserResource } from "../../yaml/user-resources.ts";

/** After the last change of a burst (a file is written in more than one step) the folders are read again. */
const QUIET_MS = 100;
/** Loading what watches takes CPU that agents which start now need; what is written until then is found when it begins. */
const WATCH_AFTER_MS = 1_000;

/** Folders of Dapr YAML: what is in them now, and when that changes. */
export class ResourceFolders {
  readonly #folders: readonly string[];
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #closed = new AbortController();

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** All documents of all folders, in their order; `warnings`: what is left out, and why. */
  async read(): Promise<{
    readonly resources: readonly UserResource[];
    readonly warnings: readonly string[];
  }> {
    const all = await Promise.all(this.#folders.map(async (folder) => await readUserResources(folder)));
    return {
      resources: all.flatMap(({ resources }) => resources),
      warnings: all.flatMap(({ warnings }) => warnings),
    };
  }

  /**
   * Tells after every burst of changes, also of a folder that is made later. Resolves once it does; false: there is
   * nothing to be watched.
   */
  async watch(onChange: () => void): Promise<boolean> {
    if (this.#folders.length === 0) return false;
    const { signal } = this.#closed;
    await sleep(WATCH_AFTER_MS, undefined, { ref: false, signal }).catch(() => undefined); // closed: see below
    if (signal.aborted) return false;
    const { watch } = await import("chokidar");
    if (signal.aborted) return false;
    // One level is read. Of a folder that is made later, chokidar sees the files from a depth of 1 on.
    const watcher = watch([...this.#folders], { depth: 1, ignoreInitial: true });
    this.#watcher = watcher;
    const ready = new Promise<void>((resolve) => watcher.once("ready", resolve));
    // What cannot be watched (too many files are, elsewhere) is read at the next start.
    watcher.on("error", () => undefined);
    watcher.on("all", () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = setTimeout(onChange, QUIET_MS);
    });
    await ready;
    return true;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#watcher?.close();
  }
}
