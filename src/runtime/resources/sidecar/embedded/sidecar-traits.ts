import type { AppHealthSettings } from "./bus/app-health.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { ListenOn } from "./http/sidecar-server.ts";

/** What a sidecar can be beyond one of a run, where all of them are alike. */
export interface SidecarTraits {
  /** Absent: loopback. */
  readonly listenOn?: ListenOn;
  /** Where health and metadata can be asked for beside the API; an empty address is every one that there is. */
  readonly publicOn?: { readonly port: number; readonly address: string };
  readonly bodyLimit?: number;
  readonly headerLimit?: number;
  /** Where the app listens; absent: 127.0.0.1. */
  readonly appHost?: string;
  /** Requests that the app gets at once, whatever they are for; absent: no limit. */
  readonly maxConcurrency?: number;
  /** Absent: an app that listens is healthy. */
  readonly health?: AppHealthSettings;
  /** False: the app is not asked what it subscribes to. */
  readonly asksSubscribe?: boolean;
  /** True: the app is asked for its actors and other settings, as daprd does; nothing follows from what it says. */
  readonly asksConfig?: boolean;
  /** Each call of the API is logged. */
  readonly logsCalls?: boolean;
  /** Absent: apps are those of this host. */
  readonly neighbourhood?: Neighbourhood;
  /** True: `dapr-force-shutdown` counts. */
  readonly mayBeForced?: boolean;
}
