/** What one agent is watched by. */
export interface WatchedAgent {
  readonly name: string;
  /** Files that it runs, absolute: saving one of them restarts it. */
  readonly files: readonly string[];
  /** Globs, absolute or relative to the root: saving, adding or removing a file that fits restarts it. */
  readonly globs: readonly string[];
  /**
   * Set while the last build failed: the folder of its entry. Any source file below it then counts, as the one that is
   * missing may be about to be written.
   */
  readonly brokenIn: string | null;
  /** The folder of its entry; null for an agent that is a command. */
  readonly folder: string | null;
  /** When its files were last read, in ms since 1970: what was saved later, but before watching began, counts as saved. */
  readonly since: number;
}

/** Something was saved, once per burst. */
export type WatchEvent =
  | { readonly type: "agent-saved"; readonly agents: readonly string[] }
  | { readonly type: "config-saved" };

/** Watching does not work as it should; the run goes on. Told once for each kind. */
export interface WatchNotice {
  readonly message: string;
  readonly hint: string;
}
