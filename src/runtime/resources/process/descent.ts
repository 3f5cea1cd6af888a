import type { ProcessRow } from "./process-table.ts";
import { descendants, psTable } from "./process-table.ts";

const LOOK_EVERY_MS = 2_000;

/** Told of a process group that belongs to a leader although it is not the leader's own. */
export interface DescentListener {
  add(pgid: number): void;
  remove(pgid: number): void;
}

/**
 * Finds the children that left their process group on a system where environments cannot be read: looks at the tree of
 * processes from time to time and remembers which groups were seen below a leader. What leaves its group and loses its
 * parent between two looks is not found.
 */
export class Descent {
  readonly #table: () => readonly ProcessRow[];
  readonly #leaders = new Map<number, { readonly listener: DescentListener; readonly groups: Set<number> }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(table: () => readonly ProcessRow[] = psTable) {
    this.#table = table;
  }

  /** Begins to watch below a leader. */
  follow(leader: number, listener: DescentListener): void {
    this.#leaders.set(leader, { listener, groups: new Set() });
    this.#timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Looks now: before a stop, while parents still live. */
  look(): void {
    const table = this.#table();
    for (const [leader, { listener, groups }] of this.#leaders) {
      for (const { pgid } of descendants(table, new Set([leader]))) {
        if (pgid === leader || pgid <= 1 || groups.has(pgid)) continue;
        groups.add(pgid);
        listener.add(pgid);
      }
    }
  }

  /** Living members of the groups that were seen below a leader. */
  strays(leader: number): readonly ProcessRow[] {
    const groups = this.#leaders.get(leader)?.groups;
    if (groups === undefined || groups.size === 0) return [];
    return this.#table().filter(({ pgid, zombie }) => groups.has(pgid) && !zombie);
  }

  /** Nothing of it is left. */
  forget(leader: number): void {
    const known = this.#leaders.get(leader);
    for (const pgid of known?.groups ?? []) known?.listener.remove(pgid);
    this.#leaders.delete(leader);
    if (this.#leaders.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
