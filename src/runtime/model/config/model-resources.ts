/**
 * How long a container lives: `run` ends with the run, `persistent` runs on when the run ends by Ctrl-C or a signal, is
 * taken over by the next one, and goes at `agents down`. Data on volumes stays in both.
 */
export type LifetimeDefinition = "run" | "persistent";

/** A resource that an agent can ask as its model. */
export type ModelResource = OllamaResource | AzureOpenAIResource;

/** Ollama: local language models. */
export interface OllamaResource {
  readonly kind: "ollama";
  /** Models that are there before an agent starts, the default model first. */
  readonly models?: readonly string[];
  /** Default `ollama/ollama`. */
  readonly image?: string;
  /** Preferred port. Default 11434. */
  readonly port?: number;
  /** Of its container. Default `run`. */
  readonly lifetime?: LifetimeDefinition;
}

/** A deployment of Azure OpenAI. */
export interface AzureOpenAIResource {
  readonly kind: "azureopenai";
  /** `https://my-resource.openai.azure.com` */
  readonly endpoint: string;
  readonly deployment: string;
  /** Default `2024-10-21`. */
  readonly apiVersion?: string;
  /** `entra`: as the Microsoft Entra identity of whoever runs the agent. Default `key`. */
  readonly auth?: "key" | "entra";
  /** Name of the environment variable that holds the key, never the key itself. Default `AZURE_OPENAI_API_KEY`. */
  readonly keyFrom?: string;
}
