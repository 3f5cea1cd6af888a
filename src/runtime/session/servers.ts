import type { ResolvedConfig, ResolvedResource } from "../model/resolved.ts";
import type { Progress } from "../model/snapshot.ts";
import type { GroupKeeper } from "../resources/process/process-resource.ts";
import type { SupervisedNode } from "../supervisor/node.ts";
import type { RunPlan } from "./plan-run.ts";
import type { ProcessLogs } from "./process-logs.ts";

/** What the nodes of real servers are made with. */
export interface ServerContext {
  readonly runId: string;
  readonly keeper: GroupKeeper;
  readonly logs: ProcessLogs;
  /** What of a resource is pulled; null when that is over. */
  readonly onProgress: (name: string, progress: Progress | null) => void;
}

/** The real servers of a run: containers, programs of this machine, and those that somebody else runs. */
export interface Servers {
  /** Where each is (`<NAME>_URL`), passwords included. */
  readonly urls: Readonly<Record<string, string>>;
  /** Those of them that are a Redis. */
  readonly redis: ReadonlyMap<string, string>;
  /** One line for each port that was taken. */
  readonly notices: readonly string[];
  /** Null: this resource has no server of its own. */
  nodeOf(resource: ResolvedResource, context: ServerContext): SupervisedNode | null;
}

/** What decides where they are. */
export interface ServersInput {
  readonly config: ResolvedConfig;
  readonly plan: RunPlan;
  readonly stateDir: string;
  readonly isolated: boolean;
  /** Ports that are promised to agents and sidecars. */
  readonly taken: ReadonlySet<number>;
  readonly env: Readonly<Record<string, string | undefined>>;
}
