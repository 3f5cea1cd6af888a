import { relative } from "node:path";
import { invalidConfig } from "../model/config/problem.ts";
import { resolveConfig } from "../model/config/resolve.ts";
import { withDefaultSignals } from "./default-signals.ts";
import { evaluateConfig } from "./evaluate.ts";
import type { ConfigPlace } from "./find.ts";
import { findConfigFile } from "./find.ts";
import type { LoadedConfig } from "./loaded-config.ts";

/**
 * Finds, reads, checks and resolves a config.
 *
 * @throws AgentsError AGENTS_CONFIG_NOT_FOUND, AGENTS_CONFIG_UNREADABLE, or AGENTS_CONFIG_INVALID with all problems.
 */
export async function loadConfig(place: ConfigPlace): Promise<LoadedConfig> {
  return loadFile(await findConfigFile(place));
}

/** The same for a file that was found already. A module is evaluated once per process: see load-fresh.ts for a reload. */
export async function loadFile(file: string): Promise<LoadedConfig> {
  const evaluated = await evaluateConfig(file);
  if (evaluated.at === "waits") {
    const { loadFresh } = await import("./load-fresh.ts");
    // Ctrl-C is answered meanwhile, as at any other time; of a run in the background who started it has answered.
    const inBackground = process.send !== undefined;
    const signals = ["SIGTERM", "SIGHUP", ...(inBackground ? (["SIGINT"] as const) : [])] as const;
    return await withDefaultSignals(signals, async () => loadFresh(file, { printed: "stderr" }));
  }
  const { raw, files } = evaluated;
  const resolution = resolveConfig(raw, file, process.env["AGENTS_ENV"] || null);
  switch (resolution.at) {
    case "resolved":
      return { config: resolution.config, files };
    case "invalid":
      throw invalidConfig(relative(process.cwd(), file) || file, resolution.problems);
    default:
      return resolution satisfies never;
  }
}
