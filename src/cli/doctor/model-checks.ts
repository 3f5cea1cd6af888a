import type { ResolvedAgent, ResolvedConfig } from "../../runtime/model/resolved.ts";
import { azureOf, missingKey } from "../../runtime/plan/agent-model.ts";
import { ownValues } from "../../runtime/session/own-values.ts";
import type { Check } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

/** Which model each agent asks, and what says so; where the config has only an Ollama, there is nothing to tell. */
export function checkModels(config: ResolvedConfig): readonly Check[] {
  const { resources, agents, environment } = config;
  const models = Object.values(agents).filter(({ model }) => model !== null);
  if (models.every((agent) => azureOf(agent, resources) === null)) return [];
  const groups = Map.groupBy(models, ({ model }) => `${model?.resource} ${group(model?.because ?? "")}`);
  return [...groups.values()].flatMap((all): readonly Check[] => {
    const [agent] = all;
    if (agent === undefined) return [];
    const azure = azureOf(agent, resources);
    const who = `${all.map(({ name }) => name).join(", ")} ${all.length === 1 ? "asks" : "ask"}`;
    const why = agent.model === null ? "" : ` (${group(agent.model.because)})`;
    if (azure === null) return [ok("model", `${who} ${agent.model?.resource}${why}`)];
    const text = `${who} Azure OpenAI, deployment ${azure.deployment} at ${azure.endpoint}${why}`;
    if (azure.auth.by === "entra")
      return [ok("model", `${text}, as the Microsoft Entra identity that runs them`)];
    const lacking = lackingKey(all, config);
    if (lacking === null) return [ok("model", `${text}, with the key in ${azure.auth.from}`)];
    const found = `${text}: ${azure.auth.from} is not set for ${lacking}`;
    return environment === "production"
      ? [fail("model", found, "Set it where agents up is run: samples are refused in production.")]
      : [warn("model", `${found}, samples answer`, "Set it where agents up is run.")];
  });
}

/** `agents.a.uses` and `agents.b.uses` say the same. */
function group(because: string): string {
  return because.replace(/^agents\.[^.]+\.uses$/, "uses");
}

function lackingKey(agents: readonly ResolvedAgent[], { resources }: ResolvedConfig): string | null {
  const names = agents
    .filter((agent) => {
      try {
        return missingKey(agent, resources, ownValues(agent)) !== null;
      } catch {
        return false; // its envFile is not there, which is said already
      }
    })
    .map(({ name }) => name);
  return names.length === 0 ? null : names.join(", ");
}
