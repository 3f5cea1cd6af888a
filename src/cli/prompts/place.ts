import { join } from "node:path";
import { loadConfig } from "../../runtime/config/load.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import { azureOf, modelVariables } from "../../runtime/plan/agent-model.ts";
import { promptVariables } from "../../runtime/plan/prompt-variables.ts";
import { ownValues } from "../../runtime/session/own-values.ts";
import type { Context } from "../context.ts";
import { projectOf } from "../work/run-client.ts";

/** Where a project's prompts are, and whom its agents ask. */
export interface PromptPlace {
  readonly root: string;
  /** Absolute folder; what `env` says of a repository goes before it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** What differs for single agents: their models. */
  readonly agents: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** As the config says; while that is broken, or there is none, the folder `prompts`. */
export async function promptPlace(context: Context): Promise<PromptPlace> {
  const { root, stateDir } = projectOf(context);
  const folder = join(root, "prompts");
  try {
    const { config } = await loadConfig(context.place);
    const { prompts } = config;
    return {
      root,
      folder: prompts.from === "folder" ? prompts.folder : folder,
      env: promptVariables(prompts, process.env, join(stateDir, "prompts")),
      agents: modelsOf(config),
    };
  } catch (error) {
    if (!(error instanceof AgentsError)) throw error;
    if (error.code !== "AGENTS_CONFIG_NOT_FOUND")
      context.out.note(
        `The config has a problem (agents config says which): the prompts of ${folder} are used.`,
      );
    return { root, folder, env: {}, agents: {} };
  }
}

/** What the environment of the shell names goes before an Ollama of the config, as it may be another one that runs. */
function modelsOf({ agents, resources }: ResolvedConfig): PromptPlace["agents"] {
  return Object.fromEntries(
    Object.values(agents).map((agent) => {
      const resource = agent.model === null ? undefined : resources[agent.model.resource];
      if (azureOf(agent, resources) !== null)
        return [agent.name, modelVariables(agent, resources, ownValues(agent))];
      if (resource?.kind !== "ollama") return [agent.name, {}];
      const { AGENTS_OLLAMA_URL, OLLAMA_URL, OLLAMA_MODELS } = process.env;
      return [
        agent.name,
        {
          ...modelVariables(agent, resources, {}),
          OLLAMA_URL: OLLAMA_URL ?? AGENTS_OLLAMA_URL ?? `http://127.0.0.1:${resource.port}`,
          OLLAMA_MODELS: OLLAMA_MODELS ?? resource.models.join(","),
        },
      ];
    }),
  );
}
