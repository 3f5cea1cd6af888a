import { dirname, resolve as resolvePath } from "node:path";
import type { ResolvedAgent, ResolvedComponent, ResolvedConfig, ResolvedResource } from "../resolved.ts";
import { checkShape } from "./check-shape.ts";
import type {
  AgentDefinition,
  ComponentDefinition,
  Config,
  Duration,
  Environment,
  HealthDefinition,
  ResourceDefinition,
} from "./config.ts";
import { CONFIG_SHAPE } from "./config-shape.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { checkDependencies } from "./dependencies.ts";
import type { Problem } from "./problem.ts";
import { show } from "./problem.ts";
import { checkReferences, nameOf } from "./references.ts";
import {
  checkEnvironmentName,
  environmentsAsData,
  notAskedHere,
  promptsHere,
  usedHere,
} from "./resolve-environment.ts";
import { checkRules } from "./rules.ts";

/** A raw config measured against everything it must be: the resolved config, or all that is wrong with it. */
export type Resolution =
  | { readonly at: "resolved"; readonly config: ResolvedConfig }
  | { readonly at: "invalid"; readonly problems: readonly Problem[] };

/**
 * Checks a raw config and makes the resolved one: defaults in, references as names, paths absolute, frozen. Pure: the
 * file system is not asked.
 *
 * @param raw What the config file exports or parses to.
 * @param file Absolute path of the config file.
 * @param environment The environment whose settings count (`AGENTS_ENV`); null: none.
 */
export function resolveConfig(raw: unknown, file: string, environment: string | null = null): Resolution {
  const problems = problemsOf(raw, environment);
  if (!isConfig(raw, problems)) return { at: "invalid", problems };
  const config = raw;
  const root = dirname(file);
  const used = mapValues(config.agents, (agent, name) =>
    usedHere(name, namesIn(agent.uses ?? [], raw), config, environment),
  );
  const idle = notAskedHere(
    config,
    Object.values(config.agents).map((agent) => namesIn(agent.uses ?? [], raw)),
    Object.values(used).map(({ uses }) => uses),
  );
  const resources = Object.entries(config.resources ?? {}).filter(([name]) => !idle.has(name));
  return {
    at: "resolved",
    config: deepFreeze({
      name: config.name,
      root,
      file,
      resources: mapValues(Object.fromEntries(resources), (resource, name) =>
        resolveResource(resource, name, root, raw),
      ),
      components: mapValues(config.components ?? {}, (component, name) =>
        resolveComponent(component, name, raw),
      ),
      agents: mapValues(config.agents, (agent, name) => ({
        ...resolveAgent(agent, name, root),
        ...(used[name] ?? { uses: [], model: null }),
      })),
      prompts: promptsHere(config, environment, root),
      environment,
      environments: environmentsAsData(config),
    }),
  };
}

/** Everything that is wrong with it, in the order of the paths. */
function problemsOf(raw: unknown, environment: string | null): readonly Problem[] {
  const found = [
    ...checkShape(CONFIG_SHAPE, raw, ""),
    ...checkReferences(raw),
    ...checkDependencies(raw),
    ...checkRules(raw),
    ...checkEnvironmentName(raw, environment),
  ];
  return found.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Where no problem was found, the value is what the checks describe. */
function isConfig(raw: unknown, problems: readonly Problem[]): raw is Config {
  return problems.length === 0 && raw !== undefined;
}

function resolveResource(
  resource: ResourceDefinition,
  name: string,
  root: string,
  raw: unknown,
): ResolvedResource {
  switch (resource.kind) {
    case "redis":
      return {
        kind: "redis",
        name,
        image: resource.image ?? "redis:7.4-alpine",
        port: resource.port ?? 6379,
        lifetime: resource.lifetime ?? "run",
      };
    case "sqlserver": {
      const {
        image = "mcr.microsoft.com/mssql/server:2025-latest",
        port = 1433,
        databases = ["agentsdb"],
        lifetime = "run",
      } = resource;
      return { kind: "sqlserver", name, image, port, databases: [...databases], lifetime };
    }
    case "ollama": {
      const { image = "ollama/ollama", port = 11_434, models = [], lifetime = "run" } = resource;
      return { kind: "ollama", name, image, port, models: [...models], lifetime };
    }
    case "azureopenai": {
      const {
        endpoint,
        deployment,
        apiVersion = "2024-10-21",
        auth = "key",
        keyFrom = "AZURE_OPENAI_API_KEY",
      } = resource;
      return {
        kind: "azureopenai",
        name,
        endpoint: endpoint.replace(/\/+$/, ""),
        deployment,
        apiVersion,
        auth: auth === "entra" ? { by: "entra" } : { by: "key", from: keyFrom },
      };
    }
    case "container":
      return {
        kind: "container",
        name,
        image: resource.image,
        ports: { ...resource.ports },
        env: texts(resource.env),
        volumes: { ...resource.volumes },
        health: healthOf(resource.health),
        lifetime: resource.lifetime ?? "run",
        dependsOn: defined(resource.dependsOn),
      };
    case "task": {
      const { command, cwd = ".", env, uses = [], dependsOn } = resource;
      return {
        kind: "task",
        name,
        command: [...command],
        cwd: resolvePath(root, cwd),
        env: texts(env),
        uses: namesIn(uses, raw),
        dependsOn: defined(dependsOn),
      };
    }
    case "external":
      return { kind: "external", name, url: resource.url };
    default:
      return resource satisfies never;
  }
}

function resolveComponent(component: ComponentDefinition, name: string, raw: unknown): ResolvedComponent {
  const isSecret = component.kind === "secretstore";
  const resource = isSecret ? undefined : component.resource;
  return {
    name,
    kind: component.kind,
    resource: nameOf(resource, raw),
    type: component.type ?? (isSecret ? "secretstores.local.env" : null),
    metadata: texts(component.metadata),
  };
}

function resolveAgent(
  agent: AgentDefinition,
  name: string,
  root: string,
): Omit<ResolvedAgent, "uses" | "model"> {
  return {
    name,
    run: runOf(agent, root),
    replicas: agent.replicas ?? 1,
    port: agent.port === 0 ? null : (agent.port ?? null),
    sidecarPort: agent.sidecarPort === 0 ? null : (agent.sidecarPort ?? null),
    sidecar: agent.sidecar === undefined || agent.sidecar === true ? "auto" : agent.sidecar,
    dependsOn: defined(agent.dependsOn),
    env: texts(agent.env),
    envFile: agent.envFile === undefined ? null : resolvePath(root, agent.envFile),
    secrets: [...(agent.secrets ?? [])],
    health: healthOf(agent.health),
    restart: agent.restart ?? "on-failure",
    watch: watchOf(agent.watch),
    subscribes: [...(agent.subscribes ?? [])],
    publishes: [...(agent.publishes ?? [])],
    stopTimeoutMs: milliseconds(agent.stopTimeout ?? "10s"),
    concurrency: agent.concurrency ?? 10,
    deliveryTimeoutMs: milliseconds(agent.deliveryTimeout ?? "120s"),
  };
}

function runOf(agent: AgentDefinition, root: string): ResolvedAgent["run"] {
  if (agent.image !== undefined) return { by: "image", image: agent.image };
  const cwd = resolvePath(root, agent.cwd ?? ".");
  if (agent.command !== undefined) return { by: "command", command: [...agent.command], cwd };
  return { by: "entry", entry: resolvePath(root, agent.entry), cwd, external: [...(agent.external ?? [])] };
}

function healthOf(health: HealthDefinition = "auto"): ResolvedAgent["health"] {
  return health === "auto" || health === "tcp" || health === "none"
    ? { by: health }
    : { by: "http", path: health };
}

function watchOf(watch: boolean | readonly string[] = true): readonly string[] | false {
  if (watch === false) return false;
  return watch === true ? [] : [...watch];
}

/** `"10s"` → 10 000; a number is milliseconds already. */
function milliseconds(duration: Duration): number {
  if (typeof duration === "number") return duration;
  const factor = duration.endsWith("ms") ? 1 : duration.endsWith("s") ? 1000 : 60_000;
  return Math.round(Number.parseFloat(duration) * factor);
}

function namesIn(references: readonly unknown[], raw: unknown): readonly string[] {
  return [...new Set(references.map((reference) => nameOf(reference, raw) ?? show(reference)))];
}

function texts(environment: Environment = {}): Readonly<Record<string, string>> {
  return mapValues(defined(environment), String);
}

/** Without the keys whose value is `undefined`. */
function defined<T>(record: Readonly<Record<string, T | undefined>> = {}): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  make: (value: T, name: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, make(value, name)]),
  );
}
