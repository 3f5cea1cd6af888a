import type { SidecarHostOptions } from "../sidecar-host.ts";
import type { RetryPolicy } from "./bus/retry-policy.ts";
import type { Retention } from "./store/pruner.ts";

/** What an embedded host can be told beyond the contract; plain data, it travels into the worker. */
export interface EmbeddedHostOptions extends SidecarHostOptions {
  /** Absent: five retries within 16 s. */
  readonly retry?: RetryPolicy;
  /** Absent: 7 days, 100 000 events. */
  readonly retention?: Retention;
  /** How apps stand in the consumer groups of a Redis; absent: `own`. */
  readonly groups?: "own" | "shared";
  /** Its components will be placed on a real Redis: the client is loaded while others still do something else. */
  readonly soonOnRedis?: boolean;
  /** Folders of Dapr YAML, absolute; what is in them goes before `components`, and is loaded again when it changes. */
  readonly resources?: readonly string[];
  /** File of the durable bus and its journal, or `:memory:`; absent: in the state folder. */
  readonly journal?: string;
  /** Configuration files, absolute; a later one wins. Absent: those in the folders count. */
  readonly configs?: readonly string[];
  /** Only the durable bus tries again unasked: any other pub/sub does what a policy says, as with daprd. */
  readonly onlyOwnRetries?: true;
}
