import { Worker } from "node:worker_threads";
import { AgentsError } from "../../../model/errors.ts";
import type {
  DeclaredApp,
  PublishRequest,
  ReplayResult,
  SidecarEvent,
  SidecarHost,
  SidecarSpec,
  SidecarStarted,
} from "../sidecar-host.ts";
import { unpackError } from "./cross-error.ts";
import type { EmbeddedHostOptions } from "./host-options.ts";
import type { CallName, HostCalls, Message } from "./messages.ts";

/** The worker's entry has the same ending as this file: `.ts` in the source tree, `.js` when built. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
/** A worker that has been asked to end and does not is ended. */
const CLOSE_TIMEOUT_MS = 3000;

/**
 * Starts the embedded sidecars of a run in a worker thread. Rejects with what is wrong where a component cannot be
 * served or the journal cannot be opened.
 */
export async function createEmbeddedSidecarHost(options: EmbeddedHostOptions): Promise<SidecarHost> {
  const host = new WorkerHost(options);
  await host.ready;
  return host;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

class WorkerHost implements SidecarHost {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: SidecarEvent) => void>();
  readonly #exited: Promise<void>;
  /** Told before anybody listened. */
  #early: SidecarEvent[] = [];
  #next = 0;
  #ended: Error | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: EmbeddedHostOptions) {
    this.#worker = new Worker(WORKER, { workerData: options, name: "agents-sidecar" });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.on("message", (message: Message) => {
      if (message.type === "ready") resolve();
      else if (message.type === "broken") {
        reject(unpackError(message.error));
        void this.#worker.terminate();
      } else this.#receive(message);
    });
    this.#worker.on("error", (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#exited = new Promise((exited) => {
      this.#worker.once("exit", (code) => {
        if (this.#closing === null) this.#fail(new Error(`its thread ended with code ${code}`));
        reject(this.#ended ?? new Error("the thread ended"));
        this.#rejectWaiting(this.#ended ?? closed());
        exited();
      });
    });
  }

  async configure(apps: readonly DeclaredApp[]): Promise<void> {
    await this.#ask("configure", apps);
  }

  start(spec: SidecarSpec): Promise<SidecarStarted> {
    return this.#ask("start", spec);
  }

  appReady(appId: string): void {
    this.#ask("appReady", appId).catch(() => {
      // The host has ended: `failed` was told.
    });
  }

  async appGone(appId: string, graceMs: number): Promise<void> {
    await this.#ask("appGone", { appId, graceMs });
  }

  async stop(appId: string): Promise<void> {
    await this.#ask("stop", appId);
  }

  async forget(appId: string): Promise<void> {
    await this.#ask("forget", appId);
  }

  async publish(request: PublishRequest): Promise<void> {
    await this.#ask("publish", request);
  }

  replay(eventId: string, to: string | null): Promise<ReplayResult> {
    return this.#ask("replay", { eventId, to });
  }

  retry(eventId: string): Promise<ReplayResult> {
    return this.#ask("retry", eventId);
  }

  inFlight(): Promise<readonly string[]> {
    return this.#ask("inFlight", null);
  }

  onEvent(listener: (event: SidecarEvent) => void): Disposable {
    this.#listeners.add(listener);
    const early = this.#early;
    this.#early = [];
    for (const event of early) listener(event);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended !== null) return this.#exited;
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
    const closing = this.#ask("close", null).catch(() => {
      // It ended before it answered: that is what was wanted.
    });
    this.#ended = closed();
    await closing;
    await this.#exited;
    clearTimeout(timer);
  }

  #ask<Name extends CallName>(call: Name, args: HostCalls[Name]["args"]): Promise<HostCalls[Name]["answer"]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#next += 1;
    const n = this.#next;
    return new Promise((resolve, reject) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker answers each call with its own type
      this.#waiting.set(n, { resolve: (answer) => resolve(answer as HostCalls[Name]["answer"]), reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      this.#worker.postMessage({ n, call, args });
    });
  }

  #receive(message: Exclude<Message, { type: "ready" | "broken" }>): void {
    if (message.type === "event") return this.#tell(message.event);
    const waiting = this.#waiting.get(message.n);
    this.#waiting.delete(message.n);
    if (message.type === "answer") waiting?.resolve(message.answer);
    else waiting?.reject(unpackError(message.error));
  }

  #fail(cause: Error): void {
    if (this.#ended !== null) return;
    this.#ended = new AgentsError("AGENTS_SIDECAR_FAILED", `the embedded sidecar ended: ${cause.message}`, {
      cause,
    });
    this.#rejectWaiting(this.#ended);
    this.#tell({ type: "failed", message: this.#ended.message });
  }

  #rejectWaiting(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #tell(event: SidecarEvent): void {
    if (this.#listeners.size === 0 && event.type !== "journal") this.#early.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

function closed(): Error {
  return new AgentsError("AGENTS_SIDECAR_FAILED", "the embedded sidecar has been closed");
}
