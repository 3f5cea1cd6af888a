import { join, resolve } from "node:path";
import type { Logger } from "../log/logger.ts";
import type { Env } from "../process/environment.ts";
import { StartError } from "../process/start-error.ts";
import { AccountingModel } from "./around/accounting-model.ts";
import { CachingModel } from "./around/caching-model.ts";
import { CircuitBreakerModel } from "./around/circuit-breaker-model.ts";
import { LIMITS } from "./around/deadlines.ts";
import { LimitingModel } from "./around/limiting-model.ts";
import { RetryingModel } from "./around/retrying-model.ts";
import type { PriceTable } from "./around/usage.ts";
import { ObservedModel } from "../telemetry/observed-model.ts";
import type { ModelProvider } from "../telemetry/observed-model.ts";
import type { Observing } from "../telemetry/open-telemetry.ts";
import { AzureModel } from "./azure-model.ts";
import { CassetteFolder } from "./cassette/cassette-folder.ts";
import { RecordingModel } from "./cassette/recording-model.ts";
import { ReplayModel } from "./cassette/replay-model.ts";
import { secretsOf } from "./cassette/scrub.ts";
import type { ChatModel } from "./chat-model.ts";
import { unreachable } from "./ollama-errors.ts";
import { OllamaModel } from "./ollama-model.ts";
import { SampleModel } from "./sample-model.ts";

const MODES = ["live", "record", "replay", "sample"] as const;

/** What a model is chosen for. */
interface Asking {
  readonly agent: string;
  readonly env: Env;
  readonly production: boolean;
  readonly log: Logger;
  /** Left out, nothing is counted or traced. */
  readonly observing?: Pick<Observing, "telemetry" | "metrics" | "capturesContent">;
}

/**
 * The model that the environment asks for. `live` never turns into `sample` by itself: a model that cannot be reached is
 * an error of the call that needs it.
 *
 * Around it, from the outside: tracing, accounting, cache, cassette, circuit breaker, retry, time limits. Each limits the
 * attempts of the retry, and a replay asks nobody: it has none of the last three.
 *
 * @throws StartError
 */
export function selectModel(asking: Asking): ChatModel {
  const model = chosenModel(asking);
  if (asking.observing === undefined) return model;
  const provider = model.describe().mode === "sample" ? SAMPLE : providerIn(asking.env);
  return new ObservedModel(model, { ...asking.observing, provider });
}

const SAMPLE: ModelProvider = { name: "sample", url: null };

function providerIn(env: Env): ModelProvider {
  return providerOf(env) === "azure"
    ? { name: "azure.ai.openai", url: env["AZURE_OPENAI_ENDPOINT"] || null }
    : { name: "ollama", url: ollamaUrl(env) };
}

function chosenModel({ agent, env, production, log, observing }: Asking): ChatModel {
  const named = env["AGENTS_LLM_MODE"] || null;
  const mode = named ?? (env["OLLAMA_URL"] || env["AZURE_OPENAI_ENDPOINT"] ? "live" : "sample");
  const counted = (model: ChatModel): ChatModel =>
    new AccountingModel(model, {
      prices: pricesOf(env),
      log,
      now,
      spent: (cost, name) => observing?.metrics.cost(cost, name),
    });
  const cached = (model: ChatModel): ChatModel => counted(new CachingModel(model, now));
  const cassettes = (): CassetteFolder =>
    new CassetteFolder(join(resolve(env["AGENTS_CASSETTES_DIR"] || "cassettes"), agent));
  switch (mode) {
    case "live":
      return cached(guarded(live(env)));
    case "record":
      return cached(new RecordingModel(guarded(live(env)), cassettes(), secretsOf(env)));
    case "replay":
      return cached(new ReplayModel(cassettes(), nameOf(env), secretsOf(env)));
    case "sample":
      if (production) {
        throw new StartError(
          "The sample model is refused in production",
          "Set AGENTS_LLM_MODE=live and OLLAMA_URL or AZURE_OPENAI_ENDPOINT, or run without NODE_ENV=production and AGENTS_ENV=production.",
        );
      }
      return counted(
        new SampleModel(
          named === "sample" ? "AGENTS_LLM_MODE is sample" : "no model is named in the environment",
        ),
      );
    default:
      throw new StartError(`AGENTS_LLM_MODE is "${mode}"`, `Set it to ${MODES.join(", ")}.`);
  }
}

function now(): number {
  return performance.now();
}

function guarded(model: ChatModel): ChatModel {
  const retrying = new RetryingModel(model, {
    retries: 2,
    firstDelayMs: 500,
    longestDelayMs: 20_000,
    random: Math.random,
  });
  return new CircuitBreakerModel(retrying, { threshold: 5, openMs: 30_000, now });
}

/** Azure OpenAI where its endpoint is named, or `AGENTS_LLM_PROVIDER` says so; else Ollama. */
function providerOf(env: Env): "azure" | "ollama" {
  const named = env["AGENTS_LLM_PROVIDER"];
  if (named === undefined || named === "") return env["AZURE_OPENAI_ENDPOINT"] ? "azure" : "ollama";
  if (named === "azure" || named === "ollama") return named;
  throw new StartError(`AGENTS_LLM_PROVIDER is "${named}"`, "Set it to ollama or azure.");
}

function live(env: Env): ChatModel {
  return providerOf(env) === "azure" ? azure(env) : ollama(env);
}

/** The model's name as the recording has it; null where none is named. */
function nameOf(env: Env): string | null {
  if (providerOf(env) === "azure") return env["AZURE_OPENAI_DEPLOYMENT"] || null;
  return env["OLLAMA_MODELS"]?.split(",")[0]?.trim() || null;
}

function azure(env: Env): ChatModel {
  const endpoint = env["AZURE_OPENAI_ENDPOINT"];
  const deployment = env["AZURE_OPENAI_DEPLOYMENT"];
  if (!endpoint || !URL.canParse(endpoint))
    throw new StartError(
      `AZURE_OPENAI_ENDPOINT is ${endpoint ? `"${endpoint}"` : "not set"}`,
      "Set it to the resource's address, such as https://my-resource.openai.azure.com.",
    );
  if (!deployment)
    throw new StartError("No deployment is named", "Set AZURE_OPENAI_DEPLOYMENT to the deployment's name.");
  const model = new AzureModel({
    endpoint,
    deployment,
    apiVersion: env["OPENAI_API_VERSION"] || "2024-10-21",
    apiKey: env["AZURE_OPENAI_API_KEY"] || null,
  });
  return new LimitingModel(model, LIMITS, null);
}

function ollama(env: Env): ChatModel {
  const url = ollamaUrl(env);
  const model = nameOf(env);
  if (model === null) {
    throw new StartError(
      "No model is named",
      "Set OLLAMA_MODELS, e.g. llama3.2:3b, or name models in agents.config.ts: ollama({ models: [...] }).",
    );
  }
  if (!URL.canParse(url))
    throw new StartError(`OLLAMA_URL is "${url}"`, "Set it to a URL such as http://127.0.0.1:11434.");
  const asked = new OllamaModel({ url, model, reason: `Ollama at ${url}` });
  return new LimitingModel(asked, LIMITS, (why) => unreachable(url, why));
}

/** `AGENTS_MODEL_PRICES`: `{ "gpt-4o": { "input": 2.5, "output": 10 } }`, for a million tokens. */
function pricesOf(env: Env): PriceTable {
  const text = env["AGENTS_MODEL_PRICES"];
  if (text === undefined || text === "") return {};
  const wrong = new StartError(
    "AGENTS_MODEL_PRICES is no price table",
    'Set it to JSON such as {"gpt-4o":{"input":2.5,"output":10}}: prices for a million tokens.',
  );
  let prices: unknown;
  try {
    prices = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (!isPriceTable(prices)) throw wrong;
  return prices;
}

function isPriceTable(value: unknown): value is PriceTable {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (price: unknown) =>
      typeof price === "object" &&
      price !== null &&
      "input" in price &&
      "output" in price &&
      isPrice(price.input) &&
      isPrice(price.output),
  );
}

function isPrice(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function ollamaUrl(env: Env): string {
  return env["OLLAMA_URL"] || "http://127.0.0.1:11434";
}
