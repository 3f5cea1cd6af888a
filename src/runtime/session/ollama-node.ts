import type { ResolvedResource } from "../model/resolved.ts";
import type { Choice } from "../plan/choices.ts";
import { readyWithModels } from "../resources/ollama/model-readiness.ts";
import { createProcessResource } from "../resources/process/process-resource.ts";
import { createReadiness } from "../resources/readiness/readiness.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import { calmProgress } from "./calm-progress.ts";
import { findProgram } from "./find-program.ts";
import { NO_FACTS, passive } from "./passive-node.ts";
import type { ServerContext } from "./servers.ts";

type OllamaResource = Extract<ResolvedResource, { readonly kind: "ollama" }>;

const STOP_TIMEOUT_MS = 10_000;
const HEALTH = { by: "http", path: "/api/version" } as const;

/** How the models of an Ollama come to it. */
export interface ModelPulls extends Pick<ServerContext, "onProgress"> {
  /** Told what version answers, where nothing else says it. */
  readonly onVersion: (resource: string, version: string) => void;
  /** Told why a model cannot be had; null: nothing is ready without it. */
  readonly giveUp: ((resource: string, why: string) => void) | null;
}

/** An Ollama that is ready only with its models. One that somebody else runs elsewhere is used as it is. */
export function withModels(
  node: SupervisedNode,
  { name, models, port }: OllamaResource,
  {
    choice,
    url,
    pulls,
  }: { readonly choice: Choice | undefined; readonly url: string | null; readonly pulls: ModelPulls },
): SupervisedNode {
  if (url === null || (choice?.as !== "local" && choice?.as !== "container")) return node;
  const answers = choice.part === null ? createReadiness(HEALTH, port) : node.readiness;
  const { giveUp, onProgress, onVersion } = pulls;
  return {
    ...node,
    readiness: readyWithModels(answers, {
      resource: name,
      url,
      models,
      onProgress: calmProgress((progress) => onProgress(name, progress)),
      ...(node.facts.version === null ? { onVersion: (version: string) => onVersion(name, version) } : {}),
      giveUp: giveUp === null ? null : (why) => giveUp(name, why),
    }),
  };
}

export interface OllamaProgram {
  readonly name: string;
  readonly port: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly note: string | null;
}

/**
 * The `ollama` of this machine as a server of the run, on loopback only. Its models are where the user's are: what was
 * pulled once by hand is not pulled again.
 */
export function ollamaProgramNode(
  { name, port, cwd, env, note }: OllamaProgram,
  { runId, keeper, logs }: ServerContext,
): SupervisedNode {
  const own = Object.entries(env).flatMap(([key, value]) =>
    value !== undefined && (key === "HOME" || key === "PATH" || key.startsWith("OLLAMA_"))
      ? [[key, value]]
      : [],
  );
  return {
    ...passive(name),
    resource: createProcessResource({
      name,
      runId,
      command: [findProgram("ollama", env["PATH"] ?? "") ?? "ollama", "serve"],
      cwd,
      env: { ...Object.fromEntries(own), OLLAMA_HOST: `127.0.0.1:${port}` },
      stopTimeoutMs: STOP_TIMEOUT_MS,
      onOutput: (stream, chunk) => logs.write(name, stream, chunk),
      read: logs.read,
      keeper,
      port,
    }),
    restart: "always",
    stopTimeoutMs: STOP_TIMEOUT_MS,
    readiness: createReadiness(HEALTH, port),
    facts: {
      ...NO_FACTS,
      kind: "ollama",
      implementation: "local",
      url: `http://127.0.0.1:${port}`,
      port,
      note,
    },
    hooks: {
      onExit: () => logs.end(name),
      lastWords: () => logs.lastWords(name),
    },
  };
}
