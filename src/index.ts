/**
 * The public API of `agents-apphost`: how a system of agents is described. Everything here returns plain data and
 * imports nothing at run time; JSON and YAML configs write the same data, with names as references.
 */
import type {
  AgentDefinition,
  ComponentSettings,
  Config,
  ContainerResource,
  ExternalResource,
  PubSubComponent,
  RedisResource,
  SecretStoreComponent,
  SqlServerResource,
  StateStoreComponent,
  TaskResource,
  UsableResource,
} from "./runtime/model/config/config.ts";
import type { GithubPrompts } from "./runtime/model/config/environment.ts";
import type { AzureOpenAIResource, OllamaResource } from "./runtime/model/config/model-resources.ts";

export type {
  AgentDefinition,
  AgentSettings,
  ComponentDefinition,
  ComponentSettings,
  Condition,
  Config,
  ContainerResource,
  Dependent,
  Duration,
  Environment,
  ExternalResource,
  HealthDefinition,
  PubSubComponent,
  RedisResource,
  ResourceDefinition,
  SecretStoreComponent,
  SqlServerResource,
  StateStoreComponent,
  TaskResource,
  UsableResource,
} from "./runtime/model/config/config.ts";
export type {
  EnvironmentAgentDefinition,
  EnvironmentDefinition,
  GithubPrompts,
  PromptsDefinition,
} from "./runtime/model/config/environment.ts";
export type {
  AzureOpenAIResource,
  ModelResource,
  OllamaResource,
} from "./runtime/model/config/model-resources.ts";

/**
 * Describes the whole system; the default export of `agents.config.ts`.
 *
 * Returns its argument unchanged: its work is done by the compiler, to which a reference to a name that is neither in
 * `resources` nor in `agents` is an error. What types cannot see (two agents on one port, a cycle) is checked before
 * anything starts, all problems at once.
 *
 * @example
 * ```ts
 * const cache = redis();
 * export default defineConfig({
 *   name: "my-agents",
 *   resources: { redis: cache },
 *   components: { "agents-pubsub": pubsub(cache) },
 *   agents: { notification: agent({ entry: "src/notification/main.ts", port: 7268, uses: [cache] }) },
 * });
 * ```
 */
export function defineConfig<const Resource extends string = never, const Name extends string = never>(
  config: Config<Resource, Name>,
): Config<Resource, Name> {
  return config;
}

/**
 * One agent: `entry` (a TypeScript or JavaScript file, run directly), `command` (any program that listens on `PORT`)
 * or `image` (a container).
 */
export function agent<
  const Use extends string | UsableResource = never,
  const Dependency extends string = never,
>(
  definition: AgentDefinition<Extract<Use, string>, Dependency> & { readonly uses?: readonly Use[] },
): AgentDefinition<Extract<Use, string>, Dependency> {
  return definition;
}

/** Redis, for pub/sub and state. Without Docker or a `redis-server`, an embedded bus and store stand in and say so. */
export function redis(options: Omit<RedisResource, "kind"> = {}): RedisResource {
  return { kind: "redis", ...options };
}

/** SQL Server with its databases. Where it cannot run, SQLite stands in with the same repositories and migrations. */
export function sqlServer(options: Omit<SqlServerResource, "kind"> = {}): SqlServerResource {
  return { kind: "sqlserver", ...options };
}

/** Ollama with its models. Without one, answers are deterministic samples, marked as such. */
export function ollama(options: Omit<OllamaResource, "kind"> = {}): OllamaResource {
  return { kind: "ollama", ...options };
}

/**
 * A deployment of Azure OpenAI: what an agent that `uses` it asks. `auth: "entra"` signs in as the Microsoft Entra identity of
 * whoever runs the agent; else the key is in the variable that `keyFrom` names (`AZURE_OPENAI_API_KEY`).
 *
 * @example
 * ```ts
 * const gpt = azureOpenAI({ endpoint: "https://my-resource.openai.azure.com", deployment: "gpt-4o", auth: "entra" });
 * // environments: { production: { model: gpt } }
 * ```
 */
export function azureOpenAI(options: Omit<AzureOpenAIResource, "kind">): AzureOpenAIResource {
  return { kind: "azureopenai", ...options };
}

/**
 * Prompts of a GitHub repository, `<path>/<agent>/<name>.yaml`, for `prompts` of the config or of an environment. They are kept
 * in a copy that is used while GitHub cannot be reached. Pin a commit: a tag or branch is looked up at each start.
 *
 * @example
 * ```ts
 * export default defineConfig({ prompts: github({ repo: "my-org/prompts", ref: "v1.4.0" }), … });
 * ```
 */
export function github(options: Omit<GithubPrompts, "kind">): GithubPrompts {
  return { kind: "github", ...options };
}

/** Any container, by image. */
export function container<const Dependency extends string = never>(
  options: Omit<ContainerResource<Dependency>, "kind">,
): ContainerResource<Dependency> {
  return { kind: "container", ...options };
}

/** A command that runs once before its dependants start: `dependsOn: { migrate: "completed" }`. */
export function task<
  const Use extends string | UsableResource = never,
  const Dependency extends string = never,
>(
  options: Omit<TaskResource<Extract<Use, string>, Dependency>, "kind"> & { readonly uses?: readonly Use[] },
): TaskResource<Extract<Use, string>, Dependency> {
  return { kind: "task", ...options };
}

/** A server that already runs elsewhere: agents that use it get its URL, nothing is started. */
export function external(options: Omit<ExternalResource, "kind">): ExternalResource {
  return { kind: "external", ...options };
}

/**
 * A Dapr pub/sub component. Agents publish to it by its name in `components`; the standard one is `agents-pubsub`.
 *
 * @param resource The Redis that backs it, as a value or by name. Without one the runtime's own durable bus is used.
 */
export function pubsub(resource?: RedisResource, settings?: ComponentSettings): PubSubComponent<never>;
export function pubsub<const Resource extends string>(
  resource: Resource,
  settings?: ComponentSettings,
): PubSubComponent<Resource>;
export function pubsub(resource?: string | RedisResource, settings: ComponentSettings = {}): PubSubComponent {
  return { kind: "pubsub", ...(resource === undefined ? {} : { resource }), ...settings };
}

/**
 * A Dapr state store component; the standard one is `agents-statestore`.
 *
 * @param resource The Redis that backs it, as a value or by name. Without one the runtime's own store is used.
 */
export function stateStore(
  resource?: RedisResource,
  settings?: ComponentSettings,
): StateStoreComponent<never>;
export function stateStore<const Resource extends string>(
  resource: Resource,
  settings?: ComponentSettings,
): StateStoreComponent<Resource>;
export function stateStore(
  resource?: string | RedisResource,
  settings: ComponentSettings = {},
): StateStoreComponent {
  return { kind: "statestore", ...(resource === undefined ? {} : { resource }), ...settings };
}

/**
 * A Dapr secret store component: environment variables, or a file with
 * `{ type: "secretstores.local.file", metadata: { secretsFile: "secrets.json" } }`.
 */
export function secretStore(settings: ComponentSettings = {}): SecretStoreComponent {
  return { kind: "secretstore", ...settings };
}
