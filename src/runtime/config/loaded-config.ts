import type { ResolvedConfig } from "../model/resolved.ts";

/** A config that is right, and the files that decide it: watch these. */
export interface LoadedConfig {
  readonly config: ResolvedConfig;
  /** Absolute paths: the config file first, then the project's own files that it imports. */
  readonly files: readonly string[];
}
