import { loadFile } from "../../runtime/config/load.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { RunEvent } from "../../runtime/model/snapshot.ts";
import type { Session } from "../../runtime/session/session.ts";
import type { WarmUp } from "../../runtime/warm-up.ts";
import type { StartOptions, StartResult } from "../../runtime/start.ts";
import { start } from "../../runtime/start.ts";
import { onReaderGone } from "../render/output.ts";
import type { UpOptions } from "../up-options.ts";
import { ownConditions } from "./conditions.ts";
import { createView, isForPeople } from "./create-view.ts";
import type { Parent } from "./parent.ts";
import { listenForStop } from "./signals.ts";
import type { UpView } from "./up-view.ts";

/** A start whose first line comes later than this says what it is at. */
const PREPARING_MS = 700;

/** `taken`: somebody else's run came first. */
export type ForegroundEnd = { readonly at: "ended"; readonly code: number } | { readonly at: "taken" };

/** What a failure does to the run. */
type OnFailure =
  /** A person looks at a terminal: show it, and wait for a save. */
  | "hold"
  /** Nobody would mend it: stop everything, and end with the failure's exit code. */
  | "stop"
  /** As `stop` until all was ready; later failures are left for `ps` to show. */
  | "stop-start";

/** This process is the orchestrator of the config `file`: it starts everything, shows it, and stops it in the end. */
export async function runForeground(
  file: string,
  options: UpOptions,
  parent: Parent | null,
  warm: WarmUp | null,
): Promise<ForegroundEnd> {
  const stopping = new StopRequest(options);
  const signals = listenForStop({
    onStop: (signal) => stopping.ask(signal),
    onAgain: () => stopping.insist(),
    onEnough: () => process.exit(130), // the watchdog ends what is left
  });
  options.context.signal.throwIfAborted(); // pressed before anybody listened here
  const { loaded, result } = await whilePreparing(options, async () => {
    const read = await loadFile(file);
    const started = await startUnlessStopped(stopping, {
      loaded: read,
      agents: options.agents,
      isolated: options.isolated,
      mode: options.mode,
      watch: options.watch,
      llm: options.llm,
      warm,
      conditions: ownConditions(read.config.root),
      signal: stopping.early,
    });
    return { loaded: read, result: started };
  });
  if (result.at === "stopped") return { at: "ended", code: stopping.exitCode };
  if (result.at === "taken") {
    signals[Symbol.dispose]();
    return { at: "taken" };
  }

  const { session } = result;
  using view = createView(options, loaded.config);
  const outcome = new Outcome(session, view, failurePolicy(options, parent), parent);
  using watching = session.watch((event) => {
    view.event(event, session.view());
    outcome.look(event);
  });
  view.begin(watching.now);
  stopping.attach(session, view);
  onReaderGone(() => void session.end());
  outcome.limit(options.waitTimeoutMs);

  const { tookMs } = await session.ended;
  view.stopped(tookMs);
  // The signals stay ours to the end of the process: one more press must not change how it ends.
  if (outcome.fatal !== null) throw outcome.fatal;
  return { at: "ended", code: stopping.exitCode };
}

/** What takes so long that a person would wonder is said, on a terminal, until there is something to show. */
async function whilePreparing<Result>(options: UpOptions, work: () => Promise<Result>): Promise<Result> {
  const { out } = options.context;
  if (!isForPeople(options)) return await work();
  let isSaid = false;
  const patience = setTimeout(() => {
    isSaid = true;
    out.status("preparing: reads the config and builds what has changed …");
  }, PREPARING_MS);
  try {
    return await work();
  } finally {
    clearTimeout(patience);
    if (isSaid) out.status("");
  }
}

/** `stopped`: before there was anything to be stopped. */
async function startUnlessStopped(
  stopping: StopRequest,
  options: StartOptions,
): Promise<StartResult | { readonly at: "stopped" }> {
  try {
    return await start(options);
  } catch (error) {
    if (stopping.early.aborted) return { at: "stopped" };
    throw error;
  }
}

function failurePolicy({ watch, ui }: UpOptions, parent: Parent | null): OnFailure {
  if (parent !== null) return "stop-start";
  const isTerminal = process.stdout.isTTY && ui !== "json" && ui !== "none";
  return isTerminal && watch && process.env["CI"] === undefined ? "hold" : "stop";
}

/** A wish to stop, which may come before there is anything to be stopped. */
class StopRequest {
  #signal: "SIGINT" | "SIGTERM" | "SIGHUP" | null = null;
  readonly #early = new AbortController();
  readonly #options: UpOptions;
  #session: Session | null = null;
  #view: UpView | null = null;

  constructor(options: UpOptions) {
    this.#options = options;
  }

  /** Aborts when the wish came before there was a session. */
  get early(): AbortSignal {
    return this.#early.signal;
  }

  get exitCode(): number {
    return this.#signal === "SIGINT" ? 130 : 0;
  }

  ask(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    this.#signal = signal;
    if (this.#session !== null) return this.#stop();
    if (isForPeople(this.#options)) this.#options.context.out.line("stopping …");
    this.#early.abort();
  }

  insist(): void {
    if (this.#session === null) process.exit(130); // nothing was started yet
    void this.#session.kill();
  }

  attach(session: Session, view: UpView): void {
    this.#session = session;
    this.#view = view;
    this.#stop();
  }

  #stop(): void {
    if (this.#signal === null || this.#session === null) return;
    this.#view?.stopping(this.#session.view());
    void this.#session.end();
  }
}

/** Follows how the run comes out: ready, failed, too late. */
class Outcome {
  /** What everything was stopped for. */
  fatal: AgentsError | null = null;
  readonly #session: Session;
  readonly #view: UpView;
  readonly #policy: OnFailure;
  readonly #parent: Parent | null;
  readonly #said: string[] = [];
  #wasReady = false;

  constructor(session: Session, view: UpView, policy: OnFailure, parent: Parent | null) {
    this.#session = session;
    this.#view = view;
    this.#policy = policy;
    this.#parent = parent;
  }

  look(event: RunEvent): void {
    if (event.type === "notice" && event.level !== "error" && !this.#wasReady) this.#said.push(event.text);
    if (event.type === "run" && event.state === "ready" && !this.#wasReady) this.#ready();
    if (event.type !== "resource" || event.resource.state !== "failed") return;
    const error = this.#session.failure(event.resource.name);
    if (error !== null) this.#failed(error);
  }

  limit(timeoutMs: number): void {
    void this.#session.settled(timeoutMs).then((settlement) => {
      // A failure was seen as it happened; what is left to be told is that time is up.
      if (settlement.by === "timeout") this.#failed(settlement.error);
      if (settlement.by === "ready" && !this.#wasReady) this.#ready();
    });
  }

  #ready(): void {
    this.#wasReady = true;
    // The whole command counts: from the start of this process.
    this.#view.ready(this.#session.view(), process.uptime() * 1000);
    this.#parent?.ready(this.#session.view(), this.#said);
    void this.#followLogs();
  }

  #failed(error: AgentsError): void {
    if (this.#policy === "hold") return this.#view.failed(error);
    if (this.#policy === "stop-start" && this.#wasReady) return;
    this.fatal ??= whereAllStops(error);
    void this.#session.end();
  }

  async #followLogs(): Promise<void> {
    const over = new AbortController();
    const end = (): void => over.abort();
    void this.#session.ended.then(end, end);
    for await (const line of this.#session.followLogs({ resources: [], last: 0 }, over.signal))
      this.#view.log(line);
  }
}

/** What would start an agent again while the run goes on starts nothing once everything is stopped. */
function whereAllStops(error: AgentsError): AgentsError {
  if (error.code !== "AGENTS_CRASH_LOOP" && error.code !== "AGENTS_EXITED") return error;
  const hint = "Everything was stopped. When it is corrected, start it again with: agents up";
  return new AgentsError(error.code, error.message, { ...error.details, hint });
}
