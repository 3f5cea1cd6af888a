import type { SerialisedError } from "../../../model/errors.ts";
import type {
  DeclaredApp,
  PublishRequest,
  ReplayResult,
  SidecarEvent,
  SidecarSpec,
  SidecarStarted,
} from "../sidecar-host.ts";
import type { DaprdCall } from "../daprd/host/daprd-calls.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";

/** What the orchestrator asks of the worker, by name: arguments and answer. */
export interface HostCalls {
  /** The first one: what the thread is for is not known yet when it starts. Refused with what cannot be served. */
  open: { readonly args: EmbeddedHostOptions; readonly answer: null };
  place: { readonly args: Readonly<Record<string, string>>; readonly answer: null };
  configure: { readonly args: readonly DeclaredApp[]; readonly answer: null };
  start: { readonly args: SidecarSpec; readonly answer: SidecarStarted };
  appReady: { readonly args: string; readonly answer: null };
  appGone: { readonly args: { readonly appId: string; readonly graceMs: number }; readonly answer: null };
  stop: { readonly args: string; readonly answer: null };
  forget: { readonly args: string; readonly answer: null };
  publish: { readonly args: PublishRequest; readonly answer: null };
  replay: {
    readonly args: { readonly eventId: string; readonly to: string | null };
    readonly answer: ReplayResult;
  };
  retry: { readonly args: string; readonly answer: ReplayResult };
  daprd: { readonly args: DaprdCall; readonly answer: null };
  caughtUp: { readonly args: null; readonly answer: null };
  releaseMemory: { readonly args: null; readonly answer: null };
  close: { readonly args: null; readonly answer: null };
}

export type CallName = keyof HostCalls;

/** A request to the worker. `n` is given back with its answer. */
export type Request = {
  [Name in CallName]: { readonly n: number; readonly call: Name; readonly args: HostCalls[Name]["args"] };
}[CallName];

/** An error as it crosses the port: ours as data, anything else as text with its stack. */
export type CrossedError =
  | { readonly kind: "expected"; readonly error: SerialisedError }
  | { readonly kind: "bug"; readonly message: string; readonly stack: string };

/** What the worker says. */
export type Message =
  | { readonly type: "answer"; readonly n: number; readonly answer: unknown }
  | { readonly type: "error"; readonly n: number; readonly error: CrossedError }
  | { readonly type: "event"; readonly event: SidecarEvent };
