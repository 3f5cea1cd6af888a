import type { ResolvedAgent } from "../model/resolved.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { AgentContext } from "./agent-node.ts";
import { askedBy } from "./agent-node.ts";

/** Shows of each agent that asks a model what it asks now. */
export function describeModels(
  supervisor: Supervisor,
  agents: ReadonlyMap<string, ResolvedAgent>,
  context: AgentContext,
): void {
  for (const { name, llm } of supervisor.view().resources) {
    const agent = agents.get(name);
    if (agent !== undefined && llm !== null) supervisor.describe(name, { llm: askedBy(agent, context).mode });
  }
}
