import type { ResolvedAgent } from "../model/resolved.ts";
import type { LlmMode } from "./stand-ins.ts";
import { isTelemetryOn, senderEnvironment } from "./telemetry.ts";

/** Everything an agent's environment is made of. */
export interface EnvironmentInput {
  readonly agent: ResolvedAgent;
  /** Name of the project. */
  readonly project: string;
  readonly runId: string;
  readonly port: number;
  /** Null: it has no sidecar. */
  readonly sidecarPort: number | null;
  /** Null: its sidecar speaks HTTP only. */
  readonly sidecarGrpcPort: number | null;
  readonly llm: LlmMode;
  readonly models: readonly string[];
  /** Where these models are; null = nowhere yet. */
  readonly modelsUrl: string | null;
  /** What tells it which model to ask. */
  readonly model: Readonly<Record<string, string>>;
  /** What tells it where its prompts are. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The environment that the config was resolved for; null: none. */
  readonly environment: string | null;
  /** Absolute path of the recorded model calls; null where it cannot see this machine's files. */
  readonly cassettesDir: string | null;
  /** Where Node keeps compiled code between starts; null as for `cassettesDir`. */
  readonly compileCacheDir: string | null;
  /** Resource name → its address, for the resources it `uses`. */
  readonly urls: Readonly<Record<string, string | null>>;
  /** The environment of `agents up` itself. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Parsed `envFile`. */
  readonly fromFile: Readonly<Record<string, string>>;
}

/**
 * The environment of one agent process. What the runtime must be right about (ports, ids) wins over what the user set;
 * what the user set (`env`, then `envFile`) wins over what is inherited.
 */
export function agentEnvironment(input: EnvironmentInput): Record<string, string> {
  const { agent, inherited, fromFile } = input;
  return {
    ...defined(inherited),
    ...(input.compileCacheDir === null ? {} : { NODE_COMPILE_CACHE: input.compileCacheDir }),
    ...resourceUrls(input),
    ...input.model,
    ...fromFile,
    ...agent.env,
    ...telemetryOf(input),
    ...sidecarAddress(input.sidecarPort, input.sidecarGrpcPort),
    PORT: String(input.port),
    APP_PORT: String(input.port),
    HOST: "127.0.0.1",
    APP_ID: agent.name,
    AGENTS_RUN_ID: input.runId,
    AGENTS_NAME: agent.name,
    AGENTS_LLM_MODE: input.llm,
    ...(input.environment === null ? {} : { AGENTS_ENV: input.environment }),
    ...input.prompts,
    ...(input.cassettesDir === null ? {} : { AGENTS_CASSETTES_DIR: input.cassettesDir }),
  };
}

/** Nothing where no telemetry is sent. */
function telemetryOf({
  agent,
  project,
  runId,
  inherited,
  fromFile,
}: EnvironmentInput): Record<string, string> {
  const own = { ...fromFile, ...agent.env };
  if (!isTelemetryOn({ ...inherited, ...own })) return {};
  return senderEnvironment({ service: agent.name, project, runId }, inherited, own);
}

/** `DAPR_GRPC_PORT` is set with daprd only: the embedded sidecar speaks HTTP. */
function sidecarAddress(port: number | null, grpcPort: number | null): Record<string, string> {
  if (port === null) return {};
  return {
    DAPR_HTTP_PORT: String(port),
    DAPR_HTTP_ENDPOINT: `http://127.0.0.1:${port}`,
    ...(grpcPort === null ? {} : { DAPR_GRPC_PORT: String(grpcPort) }),
  };
}

function resourceUrls({ agent, urls, models, modelsUrl }: EnvironmentInput): Record<string, string> {
  const env: Record<string, string> = {};
  const used = agent.uses.flatMap((name) => {
    const url = urls[name];
    return url === undefined || url === null ? [] : [{ name, url }];
  });
  for (const { name, url } of used) env[`${variableName(name)}_URL`] = url;
  // By its kind as well as by its name: who asks a database or a model need not know what the config calls its server.
  for (const { url } of used) if (/^(?:sqlite|mssql):/.test(url)) env["SQLSERVER_URL"] ??= url;
  for (const { url } of used) if (url.startsWith("redis:")) env["REDIS_URL"] ??= url;
  if (modelsUrl !== null) env["OLLAMA_URL"] ??= modelsUrl;
  if (models.length > 0) env["OLLAMA_MODELS"] = models.join(",");
  return env;
}

/** `my-db` → `MY_DB`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(env)) if (value !== undefined) result[key] = value;
  return result;
}
