import { resolve } from "node:path";
import { StartError } from "./start-error.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What the kit itself reads from the environment, checked. */
export interface AgentEnvironment {
  readonly host: string;
  /** 0: the operating system chooses one. */
  readonly port: number;
  /** Null when there is no sidecar. */
  readonly sidecarPort: number | null;
  readonly sidecarHost: string;
  /** What this agent must show the sidecar. */
  readonly sidecarToken: string | null;
  /** What the sidecar must show this agent. */
  readonly appToken: string | null;
  /** True inside a local run: only this machine's own pages and programs may call. */
  readonly guarded: boolean;
  readonly production: boolean;
  readonly promptsDir: string;
  readonly pubsub: string;
  readonly statestore: string;
}

/** Reads the environment. @throws StartError on a value that cannot be used. */
export function readEnvironment(env: Env, cwd: string): AgentEnvironment {
  const sidecarPort = port(env, "DAPR_HTTP_PORT");
  return {
    host: env["HOST"] || "127.0.0.1",
    port: port(env, "PORT") ?? port(env, "APP_PORT") ?? 0,
    sidecarPort,
    sidecarHost: "127.0.0.1",
    sidecarToken: env["DAPR_API_TOKEN"] || null,
    appToken: env["APP_API_TOKEN"] || null,
    guarded: Boolean(env["AGENTS_RUN_ID"]),
    production: isProduction(env),
    promptsDir: resolve(cwd, env["AGENTS_PROMPTS_DIR"] || "prompts"),
    pubsub: env["AGENTS_PUBSUB"] || "agents-pubsub",
    statestore: env["AGENTS_STATESTORE"] || "agents-statestore",
  };
}

/** By either of the two names: that of Node's world, and that of an environment of the config. */
function isProduction(env: Env): boolean {
  return env["NODE_ENV"] === "production" || env["AGENTS_ENV"] === "production";
}

function port(env: Env, name: string): number | null {
  const text = env[name];
  if (text === undefined || text === "") return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new StartError(`${name} is "${text}"`, `Set ${name} to a port number from 0 to 65535.`);
}
