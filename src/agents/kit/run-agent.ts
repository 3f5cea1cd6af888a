import type { AgentDefinition } from "./agent.ts";

/**
 * The whole of an agent process: reads the environment, composes the agent, serves its API and its event subscriptions,
 * and stops gracefully on SIGTERM or SIGINT. Resolves when the server listens.
 */
export async function runAgent<DB = unknown>(definition: AgentDefinition<DB>): Promise<void> {
  await Promise.resolve();
  throw new Error(`${definition.name} cannot run yet.`);
}
