import type { ResolvedAgent, ResolvedAzureOpenAI, ResolvedConfig } from "../model/resolved.ts";
import type { LlmChoice, LlmMode } from "./stand-ins.ts";

type Values = Readonly<Record<string, string | undefined>>;
type Resources = ResolvedConfig["resources"];

/** What an agent asks in this run. */
export interface AskedModel {
  readonly mode: LlmMode;
  /** Which model and what says so, for people; null where the config has but one kind of it. */
  readonly note: string | null;
}

/** The deployment that an agent asks; null where it asks something else. */
export function azureOf(
  { model }: Pick<ResolvedAgent, "model">,
  resources: Resources,
): ResolvedAzureOpenAI | null {
  const resource = model === null ? undefined : resources[model.resource];
  return resource?.kind === "azureopenai" ? resource : null;
}

/** Name of the variable that an agent needs for its model and that has no value; null where nothing is missing. */
export function missingKey(agent: ResolvedAgent, resources: Resources, values: Values): string | null {
  const azure = azureOf(agent, resources);
  if (azure?.auth.by !== "key") return null;
  return (values[azure.auth.from] ?? "") === "" ? azure.auth.from : null;
}

/**
 * The run's choice, unless the agent's own model is another one and nobody has said `--llm`: a deployment of the config, or one
 * that its environment names. Without its key there is no model, and samples stand in as they do for an Ollama.
 *
 * @param values The environment that the agent gets beside what the runtime sets.
 */
export function askedModel(
  agent: ResolvedAgent,
  resources: Resources,
  choice: LlmChoice,
  values: Values,
): AskedModel {
  const azure = azureOf(agent, resources);
  if (azure !== null) {
    const missing = missingKey(agent, resources, values);
    const mode = choice.asked ? choice.mode : missing === null ? "live" : "sample";
    if (mode === "sample" && missing !== null && !choice.asked)
      return { mode, note: `samples: ${missing} is not set, which ${azure.name} needs` };
    return { mode, note: noteOf(agent, `Azure OpenAI ${azure.deployment}`, mode) };
  }
  const fromEnvironment = (values["AZURE_OPENAI_ENDPOINT"] ?? "") !== "" && !speaksOfAzure(resources);
  const mode = !choice.asked && fromEnvironment ? "live" : choice.mode;
  const resource = agent.model === null ? undefined : resources[agent.model.resource];
  const isPlain = !speaksOfAzure(resources) && agent.model?.because.startsWith("environments.") !== true;
  if (resource?.kind !== "ollama" || isPlain) return { mode, note: null };
  return { mode, note: noteOf(agent, `Ollama ${resource.models[0] ?? resource.name}`, mode) };
}

function noteOf({ model }: ResolvedAgent, what: string, mode: LlmMode): string {
  const verb = mode === "live" || mode === "record" ? "asks" : "would ask";
  return `${verb} ${what} (${model?.because ?? ""})`;
}

/** A config with such a resource decides alone: what the shell says of Azure counts no more. */
function speaksOfAzure(resources: Resources): boolean {
  return Object.values(resources).some(({ kind }) => kind === "azureopenai");
}

/** What tells the kit which model to ask; an Ollama is told by its own variables. */
export function modelVariables(
  agent: ResolvedAgent,
  resources: Resources,
  values: Values,
): Readonly<Record<string, string>> {
  const azure = azureOf(agent, resources);
  if (azure === null) return speaksOfAzure(resources) ? { AGENTS_LLM_PROVIDER: "ollama" } : {};
  return {
    AGENTS_LLM_PROVIDER: "azure",
    AZURE_OPENAI_ENDPOINT: azure.endpoint,
    AZURE_OPENAI_DEPLOYMENT: azure.deployment,
    OPENAI_API_VERSION: azure.apiVersion,
    // Empty: an Entra token is asked for, whatever key the shell has.
    AZURE_OPENAI_API_KEY: azure.auth.by === "key" ? (values[azure.auth.from] ?? "") : "",
  };
}
