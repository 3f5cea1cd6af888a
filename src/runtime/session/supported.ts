import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";

/**
 * What the config may say and this version cannot run, found before anything is started.
 *
 * @throws AgentsError AGENTS_NOT_SUPPORTED
 */
export function assertSupported(agents: readonly ResolvedAgent[]): void {
  for (const { name, replicas } of agents) {
    if (replicas !== 1) {
      throw new AgentsError(
        "AGENTS_NOT_SUPPORTED",
        `${name} has ${replicas} replicas, and this version runs one of each agent.`,
        {
          path: `agents.${name}.replicas`,
          found: String(replicas),
          expected: "1",
          hint: "Leave `replicas` out.",
        },
      );
    }
  }
}
