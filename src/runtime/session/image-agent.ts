import type { ResolvedAgent } from "../model/resolved.ts";
import type { ContainerDefinition } from "../resources/container/definition.ts";
import { container } from "../resources/container/definition.ts";
import type { Resource } from "../resources/resource.ts";
import type { Containers } from "./containers.ts";
import type { ProcessLogs } from "./process-logs.ts";

export interface ImageAgent {
  readonly agent: ResolvedAgent;
  readonly image: string;
  /** All that it is told. */
  readonly env: Readonly<Record<string, string>>;
  readonly containers: Containers;
  readonly logs: ProcessLogs;
}

/**
 * An agent's container. It shares the network of this machine: it listens on its port like every other agent, and reaches
 * its sidecar and the servers of the run, all of which listen on loopback only.
 */
export function imageAgentResource({ agent, image, env, containers, logs }: ImageAgent): Resource {
  const { name } = agent;
  return containers.resource({
    name,
    definition: agentDefinition(agent, image, env),
    onOutput: (stream, chunk) => logs.write(name, stream, chunk),
    read: logs.read,
  });
}

function agentDefinition(
  { stopTimeoutMs }: ResolvedAgent,
  image: string,
  env: Readonly<Record<string, string>>,
): ContainerDefinition {
  // Addresses may carry passwords, and what an agent is told may be secret.
  return container({ image, secretsEnv: env, network: "host", health: { by: "none" }, stopTimeoutMs });
}
