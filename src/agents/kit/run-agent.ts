import type { AgentDefinition } from "./agent.ts";
import { createLogger, logLevel } from "./log/logger.ts";
import { StartError } from "./process/start-error.ts";
import { startAgent } from "./start-agent.ts";

/**
 * The whole of an agent process: reads the environment, composes the agent, serves its API and its event subscriptions,
 * and stops gracefully on SIGTERM or SIGINT. Resolves when the server listens.
 *
 * An agent that cannot start says why in one line and ends the process: with exit code 78 where another start would end in
 * the same way, else with 1.
 */
export async function runAgent<DB = unknown>(definition: AgentDefinition<DB>): Promise<void> {
  const log = createLogger((line) => process.stdout.write(line), logLevel(process.env["LOG_LEVEL"]));
  try {
    await startAgent(definition, process.env, log);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    log.error(`${error.message}. ${error.hint}`, error.code === null ? {} : { code: error.code });
    process.exit(error.exitCode);
  }
}
