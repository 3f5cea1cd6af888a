import type { AgentsError } from "../model/errors.ts";
import type { Dependencies, RestartPolicy } from "../model/resolved.ts";
import type { ExitCause, ResourceView } from "../model/snapshot.ts";
import type { Readiness } from "../resources/readiness/readiness.ts";
import type { Exit, Resource } from "../resources/resource.ts";

/** What a front end is shown of a resource beside its state; the supervisor only hands it on. */
export type NodeFacts = Pick<
  ResourceView,
  "kind" | "implementation" | "version" | "image" | "port" | "url" | "agent" | "replica" | "llm" | "progress"
> & {
  /** What there is to say of it while it is ready and nothing else is: `SQLite at .agents/state/agentsdb.db`. */
  readonly note?: string | null;
};

/** One thing to supervise. */
export interface SupervisedNode {
  readonly name: string;
  readonly resource: Resource;
  readonly dependsOn: Dependencies;
  readonly readiness: Readiness;
  readonly restart: RestartPolicy;
  /** A task: meant to run to its end. */
  readonly oneShot: boolean;
  /** From SIGTERM to SIGKILL, in ms. */
  readonly stopTimeoutMs: number;
  /** Its failure does not make the start of the whole a failure. */
  readonly optional: boolean;
  /** What a person's start, stop and restart of this one act on as well: an agent's sidecar, a sidecar's agent. */
  readonly pairedWith: string | null;
  /** When it crashes, its pair is restarted with it: neither is of use to the other's last incarnation. */
  readonly sharesCrashes?: boolean;
  readonly facts: NodeFacts;
  readonly hooks?: NodeHooks;
}

/** A stop that is about to happen. */
export interface PlannedStop {
  readonly cause: ExitCause;
  /** The longest the hook may take, in ms; it counts towards the time-out of the stop. */
  readonly graceMs: number;
}

/** What others do at turns of its life. Whoever composes the run wires, for example, a sidecar's deliveries to its agent here. */
export interface NodeHooks {
  /** An incarnation became ready for the first time. */
  onReady?(): void;
  /** Before an incarnation is asked to end; it is asked once this resolves, or its grace is over. */
  beforeStop?(stop: PlannedStop): Promise<void>;
  /** An incarnation is gone, for whatever reason. */
  onExit?(exit: Exit): void;
  /** The last lines it wrote, for errors. */
  lastWords?(): readonly string[];
  /** Why it ended before it was ready, where that can be found out; such a cause is not cured by starting again. */
  diagnose?(exit: Exit): Promise<AgentsError | null>;
}
