import type { Logger } from "../log/logger.ts";
import type { Attributes, LogEntry, Span, SpanStart, Telemetry } from "./telemetry.ts";
import { NO_TELEMETRY } from "./telemetry.ts";
import type { TraceContext } from "./trace-context.ts";

/** Lines that are kept until there is something to send them with. */
const MOST_LINES = 1000;

/**
 * Telemetry that is loaded when the first span begins, or a moment after the agent is ready: the SDK takes as long to load
 * as an agent to start. The first span waits for it, so that none is left out; what waits for nothing is kept.
 */
export class LateTelemetry implements Telemetry {
  readonly #load: () => Promise<Telemetry>;
  readonly #log: Logger;
  #loading: Promise<Telemetry> | null = null;
  #loaded: Telemetry | null = null;
  #lines: LogEntry[] = [];

  constructor(load: () => Promise<Telemetry>, log: Logger) {
    this.#load = load;
    this.#log = log;
  }

  async trace<Result>(start: () => SpanStart, work: (span: Span) => Promise<Result>): Promise<Result> {
    const telemetry = this.#loaded ?? (await this.#once());
    return await telemetry.trace(start, work);
  }

  current(): TraceContext | null {
    return this.#loaded?.current() ?? null;
  }

  note(attributes: Attributes): void {
    this.#loaded?.note(attributes);
  }

  log(entry: LogEntry): void {
    if (this.#loaded !== null) return this.#loaded.log(entry);
    if (this.#lines.length < MOST_LINES) this.#lines.push(entry);
  }

  async warmUp(): Promise<void> {
    await this.#once();
  }

  /** An agent that stops before anything was traced loads the SDK for nothing but its few lines: it does not. */
  async stop(): Promise<void> {
    if (this.#loading !== null) await (await this.#loading).stop();
  }

  #once(): Promise<Telemetry> {
    this.#loading ??= this.#begin();
    return this.#loading;
  }

  async #begin(): Promise<Telemetry> {
    try {
      this.#loaded = await this.#load();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.warn("there is no telemetry: OpenTelemetry's SDK cannot be loaded", { reason });
      this.#loaded = NO_TELEMETRY;
    }
    for (const line of this.#lines) this.#loaded.log(line);
    this.#lines = [];
    return this.#loaded;
  }
}
