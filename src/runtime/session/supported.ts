import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent } from "../model/resolved.ts";

/**
 * What the config may say and this version cannot run, found before anything is started.
 *
 * @throws AgentsError AGENTS_NOT_SUPPORTED
 */
export function assertSupported(agents: readonly ResolvedAgent[]): void {
  for (const { name, replicas, sidecar } of agents) {
    if (sidecar === "daprd") throw unsupportedDaprd(name);
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

function unsupportedDaprd(agent: string): AgentsError {
  return new AgentsError(
    "AGENTS_NOT_SUPPORTED",
    `${agent} asks for a daprd sidecar, and this version runs embedded ones only.`,
    {
      path: `agents.${agent}.sidecar`,
      found: "daprd",
      expected: '"embedded", true or false',
      hint: "Leave `sidecar` out: the embedded one serves Dapr's HTTP API.",
    },
  );
}
