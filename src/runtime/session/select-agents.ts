import { AgentsError } from "../model/errors.ts";
import { suggest } from "../model/config/suggest.ts";
import type { ResolvedConfig } from "../model/resolved.ts";

/**
 * The agents to start: those named (all when none is), and the agents that they depend on.
 *
 * @throws AgentsError AGENTS_NAME_UNKNOWN with "did you mean".
 */
export function selectAgents(config: ResolvedConfig, named: readonly string[]): readonly string[] {
  const all = Object.keys(config.agents);
  if (named.length === 0) return all;
  const wanted = new Set<string>();
  const add = (name: string): void => {
    const agent = config.agents[name];
    if (agent === undefined || wanted.has(name)) return;
    wanted.add(name);
    Object.keys(agent.dependsOn).forEach(add);
  };
  for (const name of named) {
    if (config.agents[name] === undefined) throw unknownAgent(name, all);
    add(name);
  }
  return all.filter((name) => wanted.has(name));
}

function unknownAgent(name: string, all: readonly string[]): AgentsError {
  const meant = suggest(name, all);
  return new AgentsError("AGENTS_NAME_UNKNOWN", `There is no agent "${name}" in the config.`, {
    found: name,
    expected: `one of ${all.join(", ")}`,
    hint: meant === null ? "See the names with: agents config" : `Did you mean "${meant}"?`,
  });
}
