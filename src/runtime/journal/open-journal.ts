import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AgentsError } from "../model/errors.ts";
import { identityOf } from "./file-identity.ts";
import {
  FINAL_STATUSES,
  type EventQuery,
  type FlowNode,
  type FlowView,
  type JournalReader,
  type PositionedEvent,
} from "./journal-view.ts";
import { JournalStatements } from "./journal-statements.ts";
import { eventsFile, OLDEST_READABLE, SCHEMA_VERSION } from "./schema.ts";

/** One answer of `changesSince` looks at so many changes; the rest comes with the next. */
const CHANGES_PAGE = 2000;

/**
 * Opens the journal of a project for reading: beside a run that is writing it, or with nothing running. A journal that
 * does not exist yet is empty, and is found once it does.
 *
 * A cursor beyond the end (`Number.MAX_SAFE_INTEGER`) stands for now: `changesSince` answers with the present end and
 * no events.
 */
export function openJournal(stateDir: string): JournalReader {
  return new FileJournal(eventsFile(stateDir));
}

class FileJournal implements JournalReader {
  readonly #file: string;
  #id: string | null = null;
  #open: { readonly db: DatabaseSync; readonly statements: JournalStatements } | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  events(query: EventQuery): readonly PositionedEvent[] {
    return this.#read([], (journal) => {
      const found = journal.list(query).map((row) => journal.view(row));
      // A dead delivery that has been replayed since is no longer dead.
      return query.dead === true ? found.filter(isDead) : found;
    });
  }

  flow(eventId: string): FlowView | null {
    return this.#read<FlowView | null>(null, (journal) => {
      const root = journal.root(eventId);
      if (root === undefined) return null;
      const node = nodeOf(journal, root, new Set());
      return {
        ...node,
        correlationId: typeof root["correlation"] === "string" ? root["correlation"] : null,
        ...traceOf(root["traceparent"]),
        settled: isSettled(node),
      };
    });
  }

  changesSince(
    cursor: number,
    query: EventQuery,
  ): { readonly cursor: number; readonly events: readonly PositionedEvent[] } {
    return this.#read({ cursor: 0, events: [] }, (journal) => {
      const end = journal.end();
      if (cursor >= end) return { cursor: end, events: [] };
      const fresh = journal.newEvents(cursor, CHANGES_PAGE);
      const changed = journal.changedDeliveries(cursor, CHANGES_PAGE);
      // Where a page is full, what lies beyond its end is left for the next answer.
      const upTo = Math.min(
        fresh.length < CHANGES_PAGE ? end : (fresh.at(-1) ?? end),
        changed.length < CHANGES_PAGE ? end : (changed.at(-1)?.change ?? end),
      );
      const seqs = [
        ...fresh.filter((seq) => seq <= upTo),
        ...changed.filter((one) => one.change <= upTo).map((one) => one.event),
      ];
      const listed = [...new Set(seqs.map((seq) => journal.listedAt(seq)))].toSorted(
        (one, other) => one - other,
      );
      const rows = listed.flatMap((seq) => journal.list(query, seq));
      const views = rows.map((row) => journal.view(row));
      return { cursor: upTo, events: query.dead === true ? views.filter(isDead) : views };
    });
  }

  [Symbol.dispose](): void {
    this.#open?.db.close();
    this.#open = null;
  }

  /** One snapshot for all that a call reads. */
  #read<T>(empty: T, work: (journal: JournalStatements) => T): T {
    const open = this.#openFile();
    if (open === null) return empty;
    open.db.exec("BEGIN");
    try {
      return work(open.statements);
    } finally {
      open.db.exec("COMMIT");
    }
  }

  #openFile(): { readonly db: DatabaseSync; readonly statements: JournalStatements } | null {
    const now = identityOf(this.#file);
    // A damaged journal is moved aside by its writer, and a new one begins.
    if (this.#open !== null && now.at === "file" && now.id !== this.#id) this[Symbol.dispose]();
    if (this.#open !== null) return this.#open;
    this.#id = now.at === "file" ? now.id : null;
    if (!existsSync(this.#file)) return null;
    const { db, version } = this.#connect();
    if (version >= OLDEST_READABLE && version <= SCHEMA_VERSION) {
      this.#open = { db, statements: new JournalStatements(db) };
      return this.#open;
    }
    db.close();
    // The writer has made the file, not yet its tables.
    if (version === 0) return null;
    throw broken(this.#file, `schema version ${version}`, `schema version ${SCHEMA_VERSION}`);
  }

  #connect(): { readonly db: DatabaseSync; readonly version: number } {
    try {
      const db = new DatabaseSync(this.#file, { readOnly: true, timeout: 2000 });
      // Only the first question opens the file: it may be damaged, or on a file system where its log cannot be used.
      return { db, version: Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0) };
    } catch (error) {
      throw broken(
        this.#file,
        error instanceof Error ? error.message : String(error),
        "a journal that can be read",
      );
    }
  }
}

function traceOf(traceparent: unknown): { readonly traceId?: string } {
  const trace =
    typeof traceparent === "string"
      ? /^[\da-f]{2}-(?!0{32})([\da-f]{32})-/u.exec(traceparent)?.[1]
      : undefined;
  return trace === undefined ? {} : { traceId: trace };
}

function nodeOf(
  journal: JournalStatements,
  row: Readonly<Record<string, unknown>>,
  above: Set<string>,
): FlowNode {
  const key = `${String(row["id"])}\0${String(row["topic"])}`;
  above.add(key);
  const caused = journal
    .children(row)
    // Each event is shown once, also where ids go round in a circle.
    .filter((child) => !above.has(`${String(child["id"])}\0${String(child["topic"])}`))
    .map((child) => nodeOf(journal, child, above));
  return {
    id: String(row["id"]),
    eventType: String(row["type"]),
    deliveries: journal.deliveries(row),
    caused,
  };
}

function isSettled(node: FlowNode): boolean {
  return node.deliveries.every((one) => FINAL_STATUSES.has(one.status)) && node.caused.every(isSettled);
}

function isDead({ event }: PositionedEvent): boolean {
  return event.deliveries.some((one) => one.status === "dead");
}

function broken(file: string, found: string, expected: string): AgentsError {
  return new AgentsError("AGENTS_STATE_BROKEN", `the journal ${file} cannot be read`, {
    path: file,
    found,
    expected,
    hint: "Update agents-apphost, or move the file away to start with an empty journal.",
  });
}
