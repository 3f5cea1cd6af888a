import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";

/**
 * SQLite's log of commits that are not in the database file yet (https://sqlite.org/wal.html). What was committed is in
 * the file; this puts it on disk beside the event loop, as SQLite itself could only do while everything waits.
 */
export class WriteAheadLog {
  readonly #fd: number;
  #syncing = 0;
  #closed = false;

  /** Null where the database has none: it is in memory, or on a file system that cannot share memory. */
  static of(databaseFile: string): WriteAheadLog | null {
    try {
      return new WriteAheadLog(openSync(`${databaseFile}-wal`, "r"));
    } catch {
      return null;
    }
  }

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Calls back once what is in the log now is on disk. */
  sync(done: (error: Error | null) => void): void {
    this.#syncing += 1;
    fdatasync(this.#fd, (error) => {
      this.#syncing -= 1;
      this.#closeIfUnused();
      done(error);
    });
  }

  /** The same for the end, when nobody can be called back. */
  syncNow(): void {
    fdatasyncSync(this.#fd);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeIfUnused();
  }

  /** A descriptor that is being synced must not become another file's. */
  #closeIfUnused(): void {
    if (this.#closed && this.#syncing === 0) closeSync(this.#fd);
  }
}
