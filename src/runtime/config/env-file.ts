import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";

/**
 * The variables of an agent's `envFile`; none where it has no such file.
 *
 * @throws AgentsError AGENTS_CONFIG_INVALID naming the file.
 */
export function readEnvFile({ name, envFile }: ResolvedAgent): Readonly<Record<string, string>> {
  if (envFile === null) return {};
  try {
    const entries = Object.entries(parseEnv(readFileSync(envFile, "utf8")));
    return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const why = isMissing ? "does not exist" : "cannot be read";
    throw new AgentsError("AGENTS_CONFIG_INVALID", `${name}: its envFile ${envFile} ${why}.`, {
      path: `agents.${name}.envFile`,
      found: envFile,
      expected: "a readable file of NAME=value lines",
      hint: isMissing
        ? "Write it (NAME=value lines), or correct envFile: it is relative to the config."
        : "Make it a readable file of NAME=value lines.",
      cause,
    });
  }
}
