import type { Env } from "../process/environment.ts";
import { StartError } from "../process/start-error.ts";
import type { ChatModel } from "./chat-model.ts";
import { OllamaModel } from "./ollama-model.ts";
import { SampleModel } from "./sample-model.ts";

/**
 * The model that the environment asks for. `live` never turns into `sample` by itself: a model that cannot be reached is
 * an error of the call that needs it.
 *
 * @throws StartError
 */
export function selectModel(env: Env, production: boolean): ChatModel {
  const mode = env["AGENTS_LLM_MODE"] || (env["OLLAMA_URL"] ? "live" : "sample");
  switch (mode) {
    case "live":
      return live(env);
    case "sample":
      if (production) {
        throw new StartError(
          "The sample model is refused in production",
          "Set AGENTS_LLM_MODE=live and OLLAMA_URL, or run without NODE_ENV=production.",
        );
      }
      return new SampleModel(
        env["AGENTS_LLM_MODE"] === "sample"
          ? "AGENTS_LLM_MODE is sample"
          : "neither AGENTS_LLM_MODE nor OLLAMA_URL is set",
      );
    case "record":
    case "replay":
      throw new StartError(
        `The mode ${mode} of the model is not supported yet`,
        "Set AGENTS_LLM_MODE to live or sample.",
      );
    default:
      throw new StartError(`AGENTS_LLM_MODE is "${mode}"`, "Set it to live or sample.");
  }
}

function live(env: Env): ChatModel {
  const url = env["OLLAMA_URL"] || "http://127.0.0.1:11434";
  const model = env["OLLAMA_MODELS"]?.split(",")[0]?.trim();
  if (model === undefined || model === "") {
    throw new StartError(
      "No model is named",
      "Set OLLAMA_MODELS, e.g. llama3.2:3b, or name models in agents.config.ts: ollama({ models: [...] }).",
    );
  }
  if (!URL.canParse(url))
    throw new StartError(`OLLAMA_URL is "${url}"`, "Set it to a URL such as http://127.0.0.1:11434.");
  return new OllamaModel({ url, model, reason: `Ollama at ${url}` });
}
