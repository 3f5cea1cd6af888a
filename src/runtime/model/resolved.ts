/**
 * The resolved config: what `agents.config.*` means once defaults are in, references are names that exist and paths are
 * absolute. Frozen plain data (JSON-serialisable); `agents config --json` prints this, with secrets masked.
 */
export interface ResolvedConfig {
  /** Name of the project, e.g. `my-agents`; a DNS label. */
  readonly name: string;
  /** Absolute folder of the config file: one run per config folder. */
  readonly root: string;
  /** Absolute path of the config file. */
  readonly file: string;
  readonly resources: Readonly<Record<string, ResolvedResource>>;
  readonly components: Readonly<Record<string, ResolvedComponent>>;
  readonly agents: Readonly<Record<string, ResolvedAgent>>;
  /** Where prompts come from. */
  readonly prompts: ResolvedPrompts;
  /** The environment that `AGENTS_ENV` has chosen, whose settings are in here already; null: none. */
  readonly environment: string | null;
  /** What was written for each environment, with references as names; deployment settings are carried through. */
  readonly environments: Readonly<Record<string, unknown>>;
}

/** Where prompts come from: `folder` is absolute. */
export type ResolvedPrompts =
  | { readonly from: "folder"; readonly folder: string }
  | {
      readonly from: "github";
      readonly repo: string;
      readonly ref: string;
      readonly path: string;
      readonly api: string;
      /** Names of the variables that may hold the token, the first that does counts. */
      readonly tokenFrom: readonly string[];
    };

/** When a dependant may start: the dependency is ready, was started, or has run to its end with exit code 0. */
export type DependencyCondition = "ready" | "started" | "completed";

/** A name of the config → the condition to wait for. */
export type Dependencies = Readonly<Record<string, DependencyCondition>>;

/** How readiness and health are probed. `auto`: HTTP GET /healthz/ready on the port, and an open port is enough where that is 404. */
export type HealthCheck =
  | { readonly by: "auto" }
  | { readonly by: "tcp" }
  | { readonly by: "http"; readonly path: string }
  | { readonly by: "none" };

/** When a process that ended by itself is started again. */
export type RestartPolicy = "on-failure" | "always" | "never";

/** How long a container lives: with the run, or until `down`. */
export type Lifetime = "run" | "persistent";

/** A resource beside the agents. */
export type ResolvedResource =
  | {
      readonly kind: "redis";
      readonly name: string;
      readonly image: string;
      readonly port: number;
      readonly lifetime: Lifetime;
    }
  | {
      readonly kind: "sqlserver";
      readonly name: string;
      readonly image: string;
      readonly port: number;
      readonly databases: readonly string[];
      readonly lifetime: Lifetime;
    }
  | {
      readonly kind: "ollama";
      readonly name: string;
      readonly image: string;
      readonly port: number;
      readonly models: readonly string[];
      readonly lifetime: Lifetime;
    }
  | ResolvedAzureOpenAI
  | {
      readonly kind: "container";
      readonly name: string;
      readonly image: string;
      readonly ports: Readonly<Record<string, number>>;
      readonly env: Readonly<Record<string, string>>;
      readonly volumes: Readonly<Record<string, string>>;
      readonly health: HealthCheck;
      readonly lifetime: Lifetime;
      readonly dependsOn: Dependencies;
    }
  | {
      readonly kind: "task";
      readonly name: string;
      readonly command: readonly [string, ...string[]];
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly uses: readonly string[];
      readonly dependsOn: Dependencies;
    }
  | { readonly kind: "external"; readonly name: string; readonly url: string };

/** A deployment of Azure OpenAI. */
export interface ResolvedAzureOpenAI {
  readonly kind: "azureopenai";
  readonly name: string;
  readonly endpoint: string;
  readonly deployment: string;
  readonly apiVersion: string;
  readonly auth:
    | { readonly by: "key"; /** Name of the variable that holds it. */ readonly from: string }
    | { readonly by: "entra" };
}

/** The model that an agent asks. */
export interface AgentModel {
  /** Name of its resource. */
  readonly resource: string;
  /** What says so: `agents.notification.uses`, `environments.production.model`. */
  readonly because: string;
}

/** A Dapr building block that agents reach through their sidecar. */
export interface ResolvedComponent {
  readonly name: string;
  readonly kind: "pubsub" | "statestore" | "secretstore";
  /** The resource that backs it; null for stores that need none (env and file secrets). */
  readonly resource: string | null;
  /** Dapr component type, for example `secretstores.local.file`; null where it follows from what really runs. */
  readonly type: string | null;
  /** Dapr component metadata, name → value. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One agent. */
export interface ResolvedAgent {
  readonly name: string;
  readonly run:
    | {
        readonly by: "entry";
        readonly entry: string;
        readonly cwd: string;
        readonly external: readonly string[];
      }
    | { readonly by: "command"; readonly command: readonly [string, ...string[]]; readonly cwd: string }
    | { readonly by: "image"; readonly image: string };
  /** Live copies behind one port. Default 1. */
  readonly replicas: number;
  /** Its HTTP port, strict; null = chosen at start. */
  readonly port: number | null;
  /** HTTP port of its sidecar, preferred; null = chosen at start. */
  readonly sidecarPort: number | null;
  /** What serves its sidecar; `auto`: what the run chooses for all. False: it has none. */
  readonly sidecar: "auto" | "daprd" | "embedded" | false;
  /** Resources whose address it gets as `<NAME>_URL`; it also waits until they are ready. */
  readonly uses: readonly string[];
  /** Null: no resource of the config is its model. */
  readonly model: AgentModel | null;
  readonly dependsOn: Dependencies;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of a dotenv file, or null. */
  readonly envFile: string | null;
  /**
   * Names of environment variables that are secret. Each must have a value when the agent starts, in the environment of
   * `agents up` or in `envFile`; `agents config` masks it.
   */
  readonly secrets: readonly string[];
  readonly health: HealthCheck;
  readonly restart: RestartPolicy;
  /** Extra globs (absolute or relative to root) that restart it; `false`: never restarted by a save. */
  readonly watch: readonly string[] | false;
  readonly subscribes: readonly string[];
  readonly publishes: readonly string[];
  /** From SIGTERM to SIGKILL, in ms. Default 10 000. */
  readonly stopTimeoutMs: number;
  /** Deliveries in flight per subscriber; 1 = strict order. Default 10. */
  readonly concurrency: number;
  /** How long one delivery may take, in ms. Default 120 000. */
  readonly deliveryTimeoutMs: number;
}
