import { join } from "node:path";
import type { Bundle, BundlePlace } from "./bundle.ts";

/** How a bundle is run: arguments for Node, and what its environment needs. */
export interface Launch {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Source maps, so that stack traces name the project's own files and lines; Node's compile cache, one for all agents of
 * the project, so that what one of them had compiled is loaded by the next. Node writes it when a process ends by itself
 * (or calls `module.flushCompileCache()`).
 */
export function launchOf(bundle: Bundle, { cacheDir, conditions }: BundlePlace): Launch {
  return {
    args: [
      "--enable-source-maps",
      ...conditions.map((condition) => `--conditions=${condition}`),
      bundle.file,
    ],
    env: { NODE_COMPILE_CACHE: join(cacheDir, "compile") },
  };
}
