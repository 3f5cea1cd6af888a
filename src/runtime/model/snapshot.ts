/**
 * What the runtime shows of itself: plain JSON data, the same for `ps --json`, both dashboards and MCP.
 * Times are ISO 8601 UTC.
 */
export type ResourceKind =
  | "agent"
  | "sidecar"
  | "redis"
  | "sqlserver"
  | "ollama"
  | "container"
  | "task"
  | "external";

/** What a resource really is: an embedded stand-in is never presented as the real thing. */
export type Implementation = "process" | "container" | "daprd" | "embedded" | "local" | "external";

/** State of one resource. */
export type ResourceState =
  | "waiting"
  | "starting"
  | "ready"
  | "unhealthy"
  | "backoff"
  | "failed"
  | "stopping"
  | "stopped"
  | "completed";

/** State of the whole run. */
export type RunState = "starting" | "ready" | "degraded" | "stopping";

/** Why a process ended. */
export type ExitCause = "crash" | "watch" | "config" | "user" | "dependency" | "oom";

export interface LastExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: string;
  readonly cause: ExitCause;
}

export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** One row of `ps`. */
export interface ResourceView {
  readonly name: string;
  readonly kind: ResourceKind;
  readonly implementation: Implementation;
  readonly state: ResourceState;
  /** Why it is in this state, for people: `restarted: exit 1`, `waits for its sidecar: starting`. */
  readonly reason: string | null;
  readonly version: string | null;
  readonly image: string | null;
  readonly pid: number | null;
  readonly port: number | null;
  readonly url: string | null;
  /** For a sidecar: its agent. */
  readonly agent: string | null;
  readonly replica: number | null;
  /** For an agent: the model mode it really runs in. */
  readonly llm: "live" | "record" | "replay" | "sample" | null;
  readonly progress: Progress | null;
  /** Unplanned restarts in this run. */
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  readonly startedAt: string | null;
  readonly readyAt: string | null;
  readonly dependsOn: readonly string[];
  readonly waitsFor: readonly string[];
}

/** What `ps --json` prints. */
export interface RunView {
  readonly project: string;
  readonly state: RunState;
  readonly pid: number;
  readonly startedAt: string;
  readonly readyAt: string | null;
  readonly dashboardUrl: string | null;
  readonly resources: readonly ResourceView[];
}

/**
 * What happens in a run, in order: the one stream behind the plain UI, `--ui json`, the dashboards and MCP.
 * Logs are a stream of their own (see feed/log-line.ts).
 */
export type RunEvent =
  | { readonly type: "resource"; readonly at: string; readonly resource: ResourceView }
  | { readonly type: "removed"; readonly at: string; readonly name: string }
  | { readonly type: "run"; readonly at: string; readonly state: RunState; readonly readyAt: string | null }
  | {
      readonly type: "notice";
      readonly at: string;
      readonly level: "info" | "warn" | "error";
      readonly resource: string | null;
      readonly text: string;
      readonly lines?: readonly string[];
      readonly code?: string;
      readonly hint?: string;
    };
