import type { EnvironmentDefinition, PromptsDefinition } from "./environment.ts";
import type { LifetimeDefinition, ModelResource } from "./model-resources.ts";

/**
 * What a person writes in `agents.config.*`: plain data. `Resource` are the names of the config's `resources`, `Name`
 * those of its agents, so that a name that does not exist does not compile.
 */
export interface Config<Resource extends string = string, Name extends string = string> {
  /** JSON Schema that an editor checks a JSON or YAML config with: what `agents config --schema` prints. */
  readonly $schema?: string;
  /** Name of the project: a DNS label, for example `my-agents`. */
  readonly name: string;
  /** What stands beside the agents: databases, models, containers, tasks. Their names are what `uses` and `dependsOn` mean. */
  readonly resources?: Readonly<
    Record<Resource, ResourceDefinition<NoInfer<Resource>, NoInfer<Resource | Name>>>
  >;
  /** Dapr building blocks that agents reach through their sidecars, by component name. */
  readonly components?: Readonly<Record<string, ComponentDefinition<NoInfer<Resource>>>>;
  /** The agents, by name. An agent's name is its Dapr app id: a DNS label. */
  readonly agents: Readonly<Record<Name, AgentDefinition<NoInfer<Resource>, NoInfer<Resource | Name>>>>;
  /** Where prompts come from: a folder relative to the config, or `github(…)`. Default `"prompts"`. */
  readonly prompts?: PromptsDefinition;
  /** What differs per environment. `AGENTS_ENV` chooses one; other settings are those of a deployment, carried as they are. */
  readonly environments?: Readonly<Record<string, EnvironmentDefinition<NoInfer<Resource>, NoInfer<Name>>>>;
}

/** When a dependant may start: the dependency is ready, was started, or (tasks) has run to its end with exit code 0. */
export type Condition = "ready" | "started" | "completed";

/** A length of time: milliseconds as a number, or a number with its unit: `"500ms"`, `"10s"`, `"2m"`. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m`;

/** How readiness and health are probed. */
export type HealthDefinition =
  /** HTTP GET `/healthz/ready` on the port; where that answers 404 an open port is enough. The default. */
  | "auto"
  /** An open port is enough. */
  | "tcp"
  /** Started is ready. */
  | "none"
  /** HTTP GET of this path on the port: any 2xx is healthy. */
  | `/${string}`;

/** Environment variables. Numbers and booleans are written as text. */
export type Environment = Readonly<Record<string, string | number | boolean>>;

/** One agent: anything that listens on a port. Exactly one of `entry`, `command` and `image` says what it is. */
export type AgentDefinition<
  Resource extends string = string,
  Dependency extends string = string,
> = AgentSettings<Resource, Dependency> &
  (
    | {
        readonly entry: string;
        readonly external?: readonly string[];
        readonly command?: never;
        readonly image?: never;
      }
    | {
        readonly command: readonly [string, ...string[]];
        readonly entry?: never;
        readonly external?: never;
        readonly image?: never;
      }
    | {
        readonly image: string;
        readonly entry?: never;
        readonly external?: never;
        readonly command?: never;
        readonly cwd?: never;
      }
  );

/** What every kind of agent has. */
export interface AgentSettings<
  Resource extends string = string,
  Dependency extends string = string,
> extends Dependent<Dependency> {
  /** Folder it runs in, relative to the config. Default: the config's folder. */
  readonly cwd?: string;
  /** Its HTTP port, strict. Absent or 0: a free one is chosen and given as `PORT`. */
  readonly port?: number;
  /** HTTP port of its sidecar, preferred: where it is taken a free one is used. Absent or 0: chosen. */
  readonly sidecarPort?: number;
  /**
   * What serves its sidecar. Absent or `true`: what the run chooses for all. `"daprd"` needs a real Redis and a daprd that
   * can be started, and is refused without; `false`: it has none.
   */
  readonly sidecar?: boolean | "daprd" | "embedded";
  /** Live copies behind one port. Default 1. */
  readonly replicas?: number;
  /**
   * Resources it needs: it gets their address as `<NAME>_URL` and starts once they are ready. The first model among them is
   * the one it asks.
   */
  readonly uses?: readonly (Resource | UsableResource)[];
  /** Extra environment variables. */
  readonly env?: Environment;
  /** A dotenv file, relative to the config. Variables in `env` win. */
  readonly envFile?: string;
  /**
   * Names of environment variables that are secret. Each must have a value when the agent starts, in the environment of
   * `agents up` or in `envFile`; `agents config` masks it.
   */
  readonly secrets?: readonly string[];
  /** How readiness and health are probed. Default `"auto"`. */
  readonly health?: HealthDefinition;
  /** When a process that ended by itself is started again. Default `"on-failure"`. */
  readonly restart?: "on-failure" | "always" | "never";
  /** Extra globs, relative to the config, that restart it when saved; `false`: a save never restarts it. */
  readonly watch?: boolean | readonly string[];
  /** Event types it listens to; their events wait for it from the first `agents up`, started or not. */
  readonly subscribes?: readonly string[];
  /** Event types it publishes. */
  readonly publishes?: readonly string[];
  /** From the request to stop (SIGTERM) to the kill. Default `"10s"`. */
  readonly stopTimeout?: Duration;
  /** Deliveries in flight; 1 is strict order. Default 10. */
  readonly concurrency?: number;
  /** How long handling one event may take. Default `"120s"`. */
  readonly deliveryTimeout?: Duration;
}

declare const dependencies: unique symbol;

/** Something that can wait for others. */
export interface Dependent<Dependency extends string = string> {
  /** What must be there first: `{ migrate: "completed", devops: "ready" }`. */
  readonly dependsOn?: Readonly<Partial<Record<Dependency, Condition>>>;
  /** Never present: lets the compiler see a name that does not exist among several that do. */
  readonly [dependencies]?: Dependency;
}

/** A resource with an address, which an agent can use. */
export type UsableResource =
  | RedisResource
  | SqlServerResource
  | ModelResource
  | ContainerResource
  | ExternalResource;

/** A resource of the config. */
export type ResourceDefinition<Resource extends string = string, Dependency extends string = string> =
  | RedisResource
  | SqlServerResource
  | ModelResource
  | ContainerResource<Dependency>
  | TaskResource<Resource, Dependency>
  | ExternalResource;

/** Redis: backs pub/sub and state. */
export interface RedisResource {
  readonly kind: "redis";
  /** Default `redis:7.4-alpine`. */
  readonly image?: string;
  /** Preferred port. Default 6379. */
  readonly port?: number;
  /** Of its container. Default `run`. */
  readonly lifetime?: LifetimeDefinition;
}

/** SQL Server. */
export interface SqlServerResource {
  readonly kind: "sqlserver";
  /** Databases that exist before an agent starts. Default: `["agentsdb"]`. */
  readonly databases?: readonly string[];
  /** Default `mcr.microsoft.com/mssql/server:2025-latest`. */
  readonly image?: string;
  /** Preferred port. Default 1433. */
  readonly port?: number;
  /** Of its container. Default `run`. */
  readonly lifetime?: LifetimeDefinition;
}

/** Any container. */
export interface ContainerResource<Dependency extends string = string> extends Dependent<Dependency> {
  readonly kind: "container";
  readonly image: string;
  /** Name of the port → its number inside the container. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly env?: Environment;
  /** Volume name or host folder → path inside the container. */
  readonly volumes?: Readonly<Record<string, string>>;
  readonly health?: HealthDefinition;
  /** Default `run`. */
  readonly lifetime?: LifetimeDefinition;
}

/** A command that runs once; dependants wait for `"completed"`. */
export interface TaskResource<
  Resource extends string = string,
  Dependency extends string = string,
> extends Dependent<Dependency> {
  readonly kind: "task";
  readonly command: readonly [string, ...string[]];
  /** Folder it runs in, relative to the config. Default: the config's folder. */
  readonly cwd?: string;
  readonly env?: Environment;
  /** Resources it needs, as for an agent. */
  readonly uses?: readonly (Resource | UsableResource)[];
}

/** Something that already runs somewhere else. */
export interface ExternalResource {
  readonly kind: "external";
  readonly url: string;
}

/** A Dapr building block. */
export type ComponentDefinition<Resource extends string = string> =
  | PubSubComponent<Resource>
  | StateStoreComponent<Resource>
  | SecretStoreComponent;

/** What components have in common. */
export interface ComponentSettings {
  /** Dapr component type, for example `pubsub.redis`. Default: what fits the resource that really runs. */
  readonly type?: string;
  /** Dapr component metadata, name → value. */
  readonly metadata?: Environment;
}

/** Publish and subscribe. */
export interface PubSubComponent<Resource extends string = string> extends ComponentSettings {
  readonly kind: "pubsub";
  /** The resource that backs it: its value or its name. Absent: the runtime's own durable bus. */
  readonly resource?: Resource | RedisResource;
}

/** A state store. */
export interface StateStoreComponent<Resource extends string = string> extends ComponentSettings {
  readonly kind: "statestore";
  /** The resource that backs it: its value or its name. Absent: the runtime's own store. */
  readonly resource?: Resource | RedisResource;
}

/** A secret store: `secretstores.local.env` unless `type` says otherwise. */
export interface SecretStoreComponent extends ComponentSettings {
  readonly kind: "secretstore";
}
