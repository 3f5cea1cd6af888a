import { hasModel } from "../model/model-name.ts";
import type { ResolvedConfig, ResolvedResource } from "../model/resolved.ts";
import type { Implementation } from "../model/snapshot.ts";
import type { OllamaFacts } from "../resources/ollama/probe.ts";
import type { Choice } from "./choices.ts";
import { ASKED_FOR_EMBEDDED } from "./choices.ts";

/** Modes of the language model. */
export type LlmMode = "live" | "record" | "replay" | "sample";

/** What was found on this machine before anything was started. */
export interface HostFacts {
  /** By resource name: the Ollama that answers for it, null where none does. */
  readonly ollama: Readonly<Record<string, OllamaFacts | null>>;
  /** The mode asked for with `--llm`; null = live where a model answers, else sample. */
  readonly llm: LlmMode | null;
  /** What `AGENTS_OLLAMA_URL` names. */
  readonly ollamaGiven: string | null;
}

/** What serves a resource in this run, and why. */
export interface StandIn {
  readonly name: string;
  readonly kind: ResolvedResource["kind"];
  readonly implementation: Implementation;
  /** What an agent that `uses` it gets as `<NAME>_URL`; null where there is nothing to connect to. */
  readonly url: string | null;
  readonly version: string | null;
  /** One line for people: what it really is. */
  readonly reason: string;
}

/** The model mode that agents really run in, and why. */
export interface LlmChoice {
  readonly mode: LlmMode;
  /** True: `--llm` said so, and an agent's own settings do not change it. */
  readonly asked: boolean;
  readonly reason: string;
}

/**
 * What serves each resource that no real server does: the durable bus and stores of the embedded sidecar for Redis,
 * SQLite for SQL Server, and a model only where one answers. Pure: the facts are gathered before.
 */
export function standInsFor(
  config: ResolvedConfig,
  facts: HostFacts,
  choices: ReadonlyMap<string, Choice>,
  stateDir: string,
): readonly StandIn[] {
  const llm = chooseLlm(config, facts, choices);
  return Object.values(config.resources).flatMap((resource): readonly StandIn[] => {
    const choice = choices.get(resource.name);
    if (choice !== undefined && choice.as !== "embedded" && resource.kind !== "ollama") return [];
    if (choice?.as === "container" || choice?.part === "ollama-program") return [];
    const because = choice?.because === undefined || choice.because === null ? "" : ` (${choice.because})`;
    switch (resource.kind) {
      case "redis":
        return [standIn(resource, "embedded", null, `durable bus and state store on SQLite${because}`)];
      case "sqlserver": {
        const database = resource.databases[0] ?? resource.name;
        return [
          standIn(
            resource,
            "embedded",
            `sqlite:${stateDir}/state/${database}.db`,
            `SQLite at .agents/state/${database}.db${because}`,
          ),
        ];
      }
      case "ollama": {
        const found = facts.ollama[resource.name] ?? null;
        if (llm.mode === "sample" || llm.mode === "replay")
          return [standIn(resource, "embedded", null, llm.reason)];
        const implementation = facts.ollamaGiven === null ? "local" : "external";
        // Asked for although it does not answer: nothing stands in for it.
        if (found === null)
          return [standIn(resource, implementation, ollamaUrl(resource.port, facts), llm.reason)];
        return [{ ...standIn(resource, implementation, found.url, llm.reason), version: found.version }];
      }
      case "azureopenai":
      case "external":
      case "task":
      case "container":
        return []; // not a stand-in: these are started as what they are, or refused
      default:
        return resource satisfies never;
    }
  });
}

function standIn(
  resource: ResolvedResource,
  implementation: Implementation,
  url: string | null,
  reason: string,
): StandIn {
  return { name: resource.name, kind: resource.kind, implementation, url, version: null, reason };
}

function ollamaUrl(port: number, { ollamaGiven }: HostFacts): string {
  return ollamaGiven ?? `http://127.0.0.1:${port}`;
}

/** Live only where a model that the config asks for can answer; `--llm` decides otherwise. */
export function chooseLlm(
  config: ResolvedConfig,
  facts: HostFacts,
  choices: ReadonlyMap<string, Choice>,
): LlmChoice {
  const asked = facts.llm !== null;
  switch (facts.llm) {
    case "replay":
      return {
        mode: "replay",
        asked,
        reason: "asked for with --llm replay: answers are played from cassettes/",
      };
    case "record": {
      const { reason } = chooseLive(config, { ...facts, llm: "live" }, choices);
      return { mode: "record", asked, reason: `${reason}; answers are kept in cassettes/` };
    }
    case "live":
    case "sample":
    case null:
      return { ...chooseLive(config, facts, choices), asked };
    default:
      return facts.llm satisfies never;
  }
}

/** Without recordings: a live model, or none. */
function chooseLive(
  config: ResolvedConfig,
  facts: HostFacts,
  choices: ReadonlyMap<string, Choice>,
): Omit<LlmChoice, "asked"> {
  const resource = Object.values(config.resources).find((candidate) => candidate.kind === "ollama");
  if (facts.llm === "sample")
    return {
      mode: "sample",
      reason: "asked for with --llm sample: answers are deterministic samples, marked as such",
    };
  if (resource?.kind !== "ollama")
    return {
      mode: facts.llm ?? "sample",
      reason: "no model in the config: answers are deterministic samples, marked as such",
    };
  const choice = choices.get(resource.name);
  // One that this run starts has its models before the agents start.
  if (choice !== undefined && choice.part !== null && choice.as !== "external")
    return { mode: "live", reason: choice.reason };
  const found = facts.ollama[resource.name] ?? null;
  const wanted = resource.models[0];
  const missing = found !== null && wanted !== undefined && !hasModel(found.models, wanted);
  if (found !== null && missing && choice?.as === "local")
    return {
      mode: "live",
      reason: `ollama ${found.version} answers at ${found.url} and pulls ${wanted} first`,
    };
  if (choice?.as === "embedded" && facts.llm === null) {
    // Nobody looked, or one that answers is not to be used.
    if (found !== null || choice.because === ASKED_FOR_EMBEDDED)
      return { mode: "sample", reason: choice.reason };
  }
  if (found !== null && !missing)
    return { mode: "live", reason: `ollama ${found.version} answers at ${found.url}` };
  if (found === null && facts.llm === "live")
    return {
      mode: "live",
      reason: `unreachable: no ollama answers at ${ollamaUrl(resource.port, facts)}; start it (ollama serve) or use --llm sample: model calls fail until then`,
    };
  const why =
    missing && wanted !== undefined
      ? `ollama answers, but has no ${wanted}: ollama pull ${wanted}`
      : facts.ollamaGiven === null
        ? `no ollama answers on port ${resource.port}`
        : `no ollama answers at ${facts.ollamaGiven}`;
  return facts.llm === "live"
    ? { mode: "live", reason: `${why}; model calls fail until it is there` }
    : { mode: "sample", reason: `${why}; answers are deterministic samples, marked as such` };
}
