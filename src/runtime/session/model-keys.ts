import { AgentsError } from "../model/errors.ts";
import type { ResolvedAgent, ResolvedConfig } from "../model/resolved.ts";
import { azureOf, missingKey } from "../plan/agent-model.ts";
import type { LlmChoice } from "../plan/stand-ins.ts";
import { ownValues } from "./own-values.ts";

/**
 * The keys of the models that these agents ask. Where a model was asked for, or samples are refused, a key that is not set ends
 * the start; else samples stand in, and the answer says so.
 *
 * @throws AgentsError AGENTS_CONFIG_INVALID naming variable, resource and agents.
 */
export function checkModelKeys(
  agents: readonly ResolvedAgent[],
  { resources, environment }: Pick<ResolvedConfig, "resources" | "environment">,
  { asked, mode }: LlmChoice,
): readonly string[] {
  if (asked && (mode === "sample" || mode === "replay")) return [];
  const lacking = agents.flatMap((agent) => {
    const key = missingKey(agent, resources, ownValues(agent));
    const azure = azureOf(agent, resources);
    return key === null || azure === null ? [] : [{ agent: agent.name, key, resource: azure.name }];
  });
  const byResource = Map.groupBy(lacking, ({ resource }) => resource);
  const isProduction = environment === "production" || process.env["NODE_ENV"] === "production";
  return [...byResource].map(([resource, all]) => {
    const names = all.map(({ agent }) => agent).join(", ");
    const key = all[0]?.key ?? "";
    if (!asked && !isProduction)
      return `${resource} needs ${key}, and it is not set. Instead: ${names} answer with samples, marked as such. agents up --llm live makes this an error.`;
    throw new AgentsError("AGENTS_CONFIG_INVALID", `${resource} needs ${key}, and it is not set.`, {
      path: `resources.${resource}.keyFrom`,
      expected: `${key} in the environment of agents up, or in the envFile of ${names}`,
      found: "nothing",
      hint: `Set it where agents up is run (export ${key}=…), or sign in with auth: "entra".`,
    });
  });
}
