import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AgentsError } from "../../../../model/errors.ts";
import type { DatabaseFiles } from "./database-files.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

/** Told once what it wrote is on disk, or why it is not. */
export type CommitListener = (error: Error | null) => void;

export interface GroupCommitOptions {
  /** How far the writes have come; asked at each commit. */
  readonly position?: () => number;
  /** Told after everything that was committed is on disk, and who waited for it knows. */
  readonly onCommit?: () => void;
}

/** What is written and not committed. */
interface Group {
  readonly listeners: CommitListener[];
  failure: Error | null;
  begun: boolean;
}

/** What is committed and not on disk. */
interface Syncing {
  readonly listeners: CommitListener[];
  readonly position: number;
}

/**
 * One transaction, and one fsync, for everything that came in and everything that was acknowledged until the one before
 * is on disk. The first write begins it; `setImmediate` (after all sockets that were ready have been read) commits it.
 * The fsync runs beside the event loop: what is written meanwhile is the next group.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #files: DatabaseFiles | null;
  readonly #log: WriteAheadLog | null;
  readonly #position: () => number;
  readonly #onCommit: () => void;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #group: Group | null = null;
  #syncing: Syncing | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #kept: number;

  /** `files`: null for a database in memory. */
  constructor(
    db: DatabaseSync,
    files: DatabaseFiles | null,
    { position = () => 0, onCommit = () => {} }: GroupCommitOptions = {},
  ) {
    this.#db = db;
    this.#files = files;
    this.#log = files === null ? null : WriteAheadLog.of(files.path);
    // A commit then leaves the fsync to us; those that keep the file whole are still SQLite's (https://sqlite.org/pragma.html#pragma_synchronous).
    if (this.#log !== null) db.exec("PRAGMA synchronous = NORMAL");
    this.#position = position;
    this.#onCommit = onCommit;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#kept = position();
  }

  /** Why no write can be kept any more, once that was found. */
  get lost(): string | null {
    return this.#files?.lost ?? null;
  }

  /** True while something is written and not on disk. */
  get open(): boolean {
    return this.#group !== null || this.#syncing !== null;
  }

  /** Everything up to this position is on disk. */
  get kept(): number {
    return this.#kept;
  }

  /** Writes inside of the present group. A statement that throws fails the whole of it: SQLite may have rolled it back by itself. */
  write<T>(work: () => T): T {
    // First, so that `afterCommit` inside the work, and after a begin that failed, waits for the end of the group.
    const group = (this.#group ??= { listeners: [], failure: null, begun: false });
    this.#schedule();
    try {
      if (this.lost !== null) throw notKept(this.lost);
      // What follows in this group is rolled back with it.
      if (group.failure !== null) throw group.failure;
      if (!group.begun) {
        this.#begin.run();
        group.begun = true;
      }
      return work();
    } catch (error) {
      const failure = told(error);
      group.failure ??= failure;
      throw failure;
    }
  }

  /** Calls back once all that was written so far is on disk; at once where it is. */
  afterCommit(listener: CommitListener): void {
    const last = this.#group ?? this.#syncing;
    if (last === null) listener(null);
    else last.listeners.push(listener);
  }

  /** Resolves once all that was written so far is on disk. */
  committed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.afterCommit((error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** Commits now; for the end, when no further turn comes. */
  flush(): void {
    while (this.#syncing !== null || this.#group !== null) {
      if (this.#syncing === null) this.#finish();
      // Whoever listens may have written more.
      const syncing = this.#syncing;
      if (syncing !== null)
        this.#synced(
          syncing,
          attempt(() => this.#log?.syncNow()),
        );
    }
  }

  /** Nothing more is written. */
  close(): void {
    this.#log?.close();
  }

  #schedule(): void {
    if (this.#group !== null && this.#syncing === null)
      this.#immediate ??= setImmediate(() => this.#finish());
  }

  #finish(): void {
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
    const group = this.#group;
    this.#group = null;
    if (group === null) return;
    const { listeners } = group;
    const failure = this.#end(group);
    if (failure !== null) return this.#tell(listeners, failure);
    const syncing = (this.#syncing = { listeners, position: this.#position() });
    if (this.#log === null) this.#synced(syncing, null);
    else this.#log.sync((error) => this.#synced(syncing, error));
  }

  #end({ failure, begun }: Group): Error | null {
    try {
      if (failure === null && begun) this.#commit.run();
      if (failure !== null) this.#rollback();
      return failure;
    } catch (error) {
      this.#rollback();
      return told(error);
    }
  }

  #synced(syncing: Syncing, error: Error | null): void {
    // It was flushed meanwhile.
    if (this.#syncing !== syncing) return;
    this.#syncing = null;
    // What an fsync failed on may be gone from memory as well: the next one says nothing about it.
    if (error !== null) this.#files?.lose(`what was written cannot be put on disk: ${error.message}`);
    // After the fsync: what is answered now is in a file that was still there when it was written.
    const lost = this.#files?.look() ?? null;
    if (lost === null) this.#kept = syncing.position;
    this.#tell(syncing.listeners, lost === null ? null : notKept(lost));
    this.#schedule();
  }

  #tell(listeners: readonly CommitListener[], failure: Error | null): void {
    for (const listener of listeners) listener(failure);
    if (failure === null) this.#onCommit();
  }

  #rollback(): void {
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
  }
}

function attempt(work: () => void): Error | null {
  try {
    work();
    return null;
  } catch (error) {
    return told(error);
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
