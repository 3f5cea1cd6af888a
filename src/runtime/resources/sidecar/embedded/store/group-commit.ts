import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AgentsError } from "../../../../model/errors.ts";
import type { DatabaseFiles } from "./database-files.ts";

/** Told once what it wrote is on disk, or why it is not. */
export type CommitListener = (error: Error | null) => void;

/**
 * One transaction per turn of the event loop, for everything that came in and everything that was acknowledged in it:
 * one fsync is shared by all of them. The first write of a turn begins it, `setImmediate` (after all sockets that were
 * ready have been read) commits it.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #files: DatabaseFiles | null;
  readonly #onCommit: () => void;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #listeners: CommitListener[] = [];
  #failure: Error | null = null;
  #open = false;
  #immediate: NodeJS.Immediate | null = null;

  /** `files`: null for a database in memory. `onCommit` is told after every commit that succeeded. */
  constructor(db: DatabaseSync, files: DatabaseFiles | null, onCommit: () => void = () => {}) {
    this.#db = db;
    this.#files = files;
    this.#onCommit = onCommit;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
  }

  /** Why no write can be kept any more, once that was found. */
  get lost(): string | null {
    return this.#files?.lost ?? null;
  }

  /** True while something is written and not committed. */
  get open(): boolean {
    return this.#open;
  }

  /** Writes inside this turn's transaction. A statement that throws fails the whole turn: SQLite may have rolled it back by itself. */
  write<T>(work: () => T): T {
    // First, so that `afterCommit` inside the work, and after a begin that failed, waits for this turn's end.
    this.#immediate ??= setImmediate(() => this.#finish());
    try {
      if (this.lost !== null) throw notKept(this.lost);
      // What follows in this turn is rolled back with it.
      if (this.#failure !== null) throw this.#failure;
      if (!this.#open) {
        this.#begin.run();
        this.#open = true;
      }
      return work();
    } catch (error) {
      const failure = told(error);
      this.#failure ??= failure;
      throw failure;
    }
  }

  /** Calls back after the commit of this turn; at once where nothing is open. */
  afterCommit(listener: CommitListener): void {
    if (this.#immediate === null) listener(null);
    else this.#listeners.push(listener);
  }

  /** Resolves after the commit of this turn. */
  committed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.afterCommit((error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** Commits now; for the end, when no further turn comes. */
  flush(): void {
    if (this.#immediate !== null) this.#finish();
  }

  #finish(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    const listeners = this.#listeners;
    this.#listeners = [];
    const failure = this.#end();
    for (const listener of listeners) listener(failure);
    if (failure === null) this.#onCommit();
  }

  #end(): Error | null {
    const failure = this.#failure;
    const open = this.#open;
    this.#failure = null;
    this.#open = false;
    try {
      if (failure === null && open) this.#commit.run();
      // After the commit: what is answered now is in a file that was still there when it was written.
      const lost = failure === null && open ? (this.#files?.look() ?? null) : null;
      if (failure === null) return lost === null ? null : notKept(lost);
      this.#rollback();
      return failure;
    } catch (error) {
      this.#rollback();
      return told(error);
    }
  }

  #rollback(): void {
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
  }
}

function notKept(reason: string): AgentsError {
  return new AgentsError("AGENTS_STATE_BROKEN", reason, { hint: "Start anew with agents up." });
}

/** What SQLite refuses (another program holds the file, the disk is full) is no bug. */
function told(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!("errcode" in error)) return error;
  return new AgentsError("AGENTS_STATE_BROKEN", `nothing can be kept now: ${error.message}`, {
    hint: "See that no other program holds the files in .agents, and that the disk has room.",
    cause: error,
  });
}
