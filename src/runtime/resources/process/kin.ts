import { Descent } from "./descent.ts";
import type { Marker } from "./marker.ts";
import { findMarked } from "./marker.ts";
import type { ProcessRow } from "./process-table.ts";
import { HAS_PROC } from "./process-table.ts";

/** Somebody who ends our process groups if we cannot: the watchdog. */
export interface GroupKeeper {
  add(pgid: number): void;
  remove(pgid: number): void;
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

/** By the marker in their environment where that can be read (Linux), else by having been seen below the leader. */
export function kinOf(leader: number, marker: Marker, keeper: GroupKeeper): Kin {
  return HAS_PROC ? byMarker(marker) : byDescent(leader, keeper);
}

function byMarker(marker: Marker): Kin {
  return { look: () => undefined, find: async () => findMarked(marker), forget: () => undefined };
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
