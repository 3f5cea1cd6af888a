import { AgentsError } from "../../../src/runtime/model/errors.ts";
import type { ResolvedConfig } from "../../../src/runtime/model/resolved.ts";
import { resolveConfig } from "../../../src/runtime/model/config/resolve.ts";
import type { Build, Support } from "../../../src/runtime/plan/build.ts";
import type { ChoiceInput, Choices } from "../../../src/runtime/plan/choices.ts";
import { chooseResources } from "../../../src/runtime/plan/choices.ts";
import type { DockerFact, Machine } from "../../../src/runtime/plan/machine.ts";

export const config = resolve({
  resources: { redis: { kind: "redis" }, db: { kind: "sqlserver" }, llm: { kind: "ollama", models: ["m"] } },
  components: { bus: { kind: "pubsub", resource: "redis" } },
  agents: { one: { command: ["true"] } },
});

export const everything: Build = build("auto");
export const answers: Extract<DockerFact, { readonly at: "answers" }> = {
  at: "answers",
  version: "28.0",
  architecture: "amd64",
  images: {},
};
export const closed = (
  code: "AGENTS_DOCKER_MISSING" | "AGENTS_DOCKER_NOT_RUNNING" | "AGENTS_DOCKER_NOT_PERMITTED",
) => ({ at: "closed", error: new AgentsError(code, `Docker: ${code}.`, { hint: "Start it." }) }) as const;
export const bare: Machine = {
  docker: closed("AGENTS_DOCKER_MISSING"),
  given: { redis: null, sqlserver: null, ollama: null },
  redisServer: null,
  ollamaProgram: null,
  ollamaAnswers: new Set(),
};
export const full: Machine = {
  ...bare,
  docker: answers,
  redisServer: "/usr/bin/redis-server",
  ollamaProgram: "/usr/bin/ollama",
  ollamaAnswers: new Set(["llm"]),
};

export function choose(input: Partial<ChoiceInput>): Choices {
  return chooseResources({
    config,
    mode: "auto",
    kept: {},
    machine: full,
    build: everything,
    sampleOnly: false,
    ...input,
  });
}

export function build(support: Support): Build {
  return {
    "redis-container": support,
    "redis-local": support,
    "redis-external": support,
    "sqlserver-container": support,
    "sqlserver-external": support,
    "ollama-container": support,
    "ollama-program": support,
    container: support,
    daprd: support,
    "daprd-container": support,
  };
}

export function resolve(raw: Record<string, unknown>): ResolvedConfig {
  const all = { name: "plan", agents: { one: { command: ["true"] } }, ...raw };
  const resolution = resolveConfig(all, "/p/agents.config.json");
  if (resolution.at !== "resolved") throw new Error(JSON.stringify(resolution));
  return resolution.config;
}
