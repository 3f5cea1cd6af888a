import { Descent } from "./descent.ts";
import { Lineage } from "./lineage.ts";
import type { Marker } from "./marker.ts";
import { findMarked } from "./marker.ts";
import type { ProcessRow } from "./process-table.ts";
import { HAS_PROC } from "./process-table.ts";

/** Somebody who ends our process groups if we cannot: the watchdog. */
export interface GroupKeeper {
  add(pgid: number): void;
  remove(pgid: number): void;
  /** A process that may be in any group; its start time tells it from another that gets its number. */
  addProcess(row: ProcessRow): void;
  removeProcess(row: ProcessRow): void;
}

/** How the processes are found that a leader started and that left its group. */
export interface Kin {
  /** It is about to be stopped: parents still live. */
  look(): void;
  /** Those that live now. */
  find(): Promise<readonly ProcessRow[]>;
  /** Nothing of it is left. */
  forget(): void;
}

/**
 * Where environments can be read (Linux) by the marker in theirs, or by having been seen below the leader; elsewhere by
 * the latter alone.
 */
export function kinOf(leader: number, marker: Marker, keeper: GroupKeeper): Kin {
  return HAS_PROC ? byMarker(leader, marker, keeper) : byDescent(leader, keeper);
}

let lineage: Lineage | undefined;

/** One look at the machine serves all leaders. */
function byMarker(leader: number, marker: Marker, keeper: GroupKeeper): Kin {
  const shared = (lineage ??= new Lineage());
  shared.follow(leader, keeper);
  return {
    look: () => shared.look(),
    find: async () => {
      const marked = await findMarked(marker);
      return [...new Map([...shared.living(leader), ...marked].map((row) => [row.pid, row])).values()];
    },
    forget: () => shared.forget(leader),
  };
}

let shared: Descent | undefined;

/** `descent` is shared by all leaders: one look at the machine serves them all. */
export function byDescent(leader: number, keeper: GroupKeeper, descent = (shared ??= new Descent())): Kin {
  descent.follow(leader, keeper);
  return {
    look: () => descent.look(),
    find: async () => descent.strays(leader),
    forget: () => descent.forget(leader),
  };
}
