import { readEnvFile } from "../config/env-file.ts";
import type { ResolvedAgent } from "../model/resolved.ts";

/** What an agent's environment is made of beside what the runtime sets. */
export function ownValues(agent: ResolvedAgent): Readonly<Record<string, string | undefined>> {
  return { ...process.env, ...readEnvFile(agent), ...agent.env };
}
