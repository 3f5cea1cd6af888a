import { type FileIdentity, identityOf } from "../../../../journal/file-identity.ts";

/** The file itself, and the log with the commits that are not in it yet. */
const SUFFIXES = ["", "-wal"];

/**
 * The files of an open database as they were when it was opened. Where one of them is deleted, moved or replaced, SQLite
 * goes on with the file that nobody will find again: what is written from then on is lost.
 */
export class DatabaseFiles {
  /** Of the database itself. */
  readonly path: string;
  readonly #files: readonly { readonly path: string; readonly id: string }[];
  /** Another file was found there by the last look. One that is there again by the next one was never lost. */
  #doubted = false;
  #lost: string | null = null;
  /** Told once, with the reason. */
  onLost: (reason: string) => void = () => {};

  /** `file` is open already, so that its log is there as well. */
  constructor(file: string) {
    this.path = file;
    this.#files = SUFFIXES.flatMap((suffix) => {
      const path = file + suffix;
      const found = identityOf(path);
      return found.at === "file" ? [{ path, id: found.id }] : [];
    });
  }

  /** Why nothing that is written can be kept; null where no look has found anything. */
  get lost(): string | null {
    return this.#lost;
  }

  /**
   * Looks, and gives why what was written up to now may not be kept. Costs a microsecond a file, so it can be asked at
   * every commit.
   */
  look(): string | null {
    if (this.#lost !== null) return this.#lost;
    const missed = this.#files
      .map(({ path, id }) => ({ path, id, found: identityOf(path) }))
      .find(({ id, found }) => !isKept(found, id));
    if (missed === undefined) {
      this.#doubted = false;
      return null;
    }
    const reason = `${missed.path} was deleted, moved or replaced while it was in use: nothing can be kept any more`;
    if (missed.found.at === "gone" || this.#doubted) this.lose(reason);
    this.#doubted = true;
    return reason;
  }

  /** Nothing that is written from now on can be kept. */
  lose(reason: string): void {
    if (this.#lost !== null) return;
    this.#lost = reason;
    this.onLost(reason);
  }
}

/** One that cannot be looked at (its folder was closed to us, say) is open all the same. */
function isKept(found: FileIdentity, id: string): boolean {
  return found.at === "unknown" || (found.at === "file" && found.id === id);
}
