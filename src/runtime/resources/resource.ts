/**
 * The contract between the supervisor and the outside. A `Resource` is something that can be started; `start` gives a
 * `Running`, which is the only thing that can be stopped. Two types, not one with flags.
 */
export interface Resource {
  readonly name: string;
  /**
   * Starts one incarnation. Resolves as soon as it exists (spawned, listening), not when it is ready.
   * If aborted while starting, what came to be is given back before the promise rejects. `onWhy` is told what a start waits
   * for that takes as long as somebody else likes, and null when it goes on.
   */
  start(signal: AbortSignal, onWhy?: (why: string | null) => void): Promise<Running>;
}

export interface Running extends AsyncDisposable {
  readonly pid: number | null;
  /** Never rejects. Resolves once nothing of it is left (the whole process group is gone) and its output was read to the end. */
  readonly exited: Promise<Exit>;
  /** Idempotent: ask, wait for `timeoutMs`, then kill the group. `now` kills at once. */
  stop(options?: { readonly timeoutMs?: number; readonly now?: boolean }): Promise<Exit>;
}

/** How an incarnation ended. */
export type Exit =
  | { readonly by: "code"; readonly code: number }
  /** `outOfMemory`: the kernel ended it for want of memory. */
  | { readonly by: "signal"; readonly signal: string; readonly outOfMemory?: true }
  | { readonly by: "spawn-error"; readonly message: string };
