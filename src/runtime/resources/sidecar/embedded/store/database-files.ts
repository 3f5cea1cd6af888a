import { statSync } from "node:fs";

/** The file itself, and the log with the commits that are not in it yet. */
const SUFFIXES = ["", "-wal"];

/**
 * The files of an open database as they were when it was opened. Where one of them is deleted, moved or replaced, SQLite
 * goes on with the file that nobody will find again: what is written from then on is lost.
 */
export class DatabaseFiles {
  readonly #files: readonly { readonly path: string; readonly identity: string }[];
  #lost: string | null = null;
  /** Told once, with the reason. */
  onLost: (reason: string) => void = () => {};

  /** `file` is open already, so that its log is there as well. */
  constructor(file: string) {
    this.#files = SUFFIXES.flatMap((suffix) => {
      const path = file + suffix;
      const identity = identityOf(path);
      return identity === null ? [] : [{ path, identity }];
    });
  }

  /** Why nothing that is written can be kept; null where no look has found anything. */
  get lost(): string | null {
    return this.#lost;
  }

  /** Looks, and gives what {@link lost} is then. Costs a microsecond a file, so it can be asked at every commit. */
  look(): string | null {
    if (this.#lost !== null) return this.#lost;
    const gone = this.#files.find(({ path, identity }) => identityOf(path) !== identity);
    if (gone === undefined) return null;
    this.#lost = `${gone.path} was deleted, moved or replaced while it was in use: nothing can be kept any more`;
    this.onLost(this.#lost);
    return this.#lost;
  }
}

/** Null also where the file cannot be looked at: then nobody knows whether it is the same. */
function identityOf(path: string): string | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? null : `${found.dev}:${found.ino}`;
  } catch {
    return null;
  }
}
