import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerDefinition } from "./definition.ts";
import type { Checked } from "./health-checks.ts";
import { check } from "./health-checks.ts";
import type { RunningContainer } from "./running-container.ts";

/** How it is with a container; `why` completes the sentence "it …". */
export type ContainerHealthState =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly why: string };

/** Times in ms. */
export interface CheckTiming {
  readonly timeoutMs: number;
  readonly everyMs: number;
  readonly againMs: number;
  /** So many failures in a row make it unhealthy. */
  readonly failures: number;
}

const CHECK_TIMING: CheckTiming = { timeoutMs: 5_000, everyMs: 5_000, againMs: 1_000, failures: 3 };

/** An exec starts a process in the container each time: it is asked less often than a port. */
const EXEC_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 500;

/**
 * When a container is ready, and whether it stays so; fits the contract of readiness. A container that is paused from outside,
 * or whose Docker no longer answers, is said to be so at once.
 */
export class ContainerReadiness {
  readonly #definition: ContainerDefinition;
  readonly #running: () => RunningContainer | null;
  readonly #timing: CheckTiming;

  constructor(
    definition: ContainerDefinition,
    running: () => RunningContainer | null,
    timing: CheckTiming = CHECK_TIMING,
  ) {
    this.#definition = definition;
    this.#running = running;
    this.#timing = timing;
  }

  /** Resolves once it is ready, or when the signal aborts. `onWhy` is told what is missing whenever that changes. */
  async untilReady(signal: AbortSignal, onWhy: (why: string) => void): Promise<void> {
    const since = performance.now();
    let told = "";
    while (!signal.aborted) {
      const result = await this.#ask(signal);
      if (result.ok || signal.aborted) return;
      if (result.why !== told) onWhy((told = result.why));
      await sleep(this.#pause(performance.now() - since), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Tells every change of its health until the signal aborts; it starts as healthy. */
  watch(signal: AbortSignal, onChange: (health: ContainerHealthState) => void): void {
    void this.#watch(signal, onChange);
  }

  async #watch(signal: AbortSignal, onChange: (health: ContainerHealthState) => void): Promise<void> {
    const { everyMs, againMs, failures } = this.#timing;
    let failed = 0;
    let hindered: string | null = null;
    while (!signal.aborted) {
      // What changed since the last look is looked at now.
      if (this.#hindrance() === hindered) await this.#rest(failed > 0 ? againMs : everyMs, signal);
      if (signal.aborted) return;
      hindered = this.#hindrance();
      const result = await this.#ask(signal);
      if (signal.aborted) return;
      if (result.ok) {
        if (failed >= failures) onChange({ healthy: true });
        failed = 0;
        continue;
      }
      const before = failed;
      // What was told by Docker itself needs no second look.
      failed = hindered === null ? failed + 1 : Math.max(failed + 1, failures);
      if (before < failures && failed >= failures) onChange({ healthy: false, why: result.why });
    }
  }

  /** Until the next look is due, or Docker tells something. */
  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const running = this.#running();
    using _ = running?.onHindrance(() => woken.abort()) ?? null;
    await sleep(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined);
  }

  #hindrance(): string | null {
    return this.#running()?.hindrance ?? null;
  }

  async #ask(signal: AbortSignal): Promise<Checked> {
    const running = this.#running();
    if (running === null) return { ok: false, why: "does not run" };
    const { hindrance } = running;
    if (hindrance !== null) return { ok: false, why: hindrance };
    const { health, ports } = this.#definition;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timing.timeoutMs)]);
    const { container } = running;
    const firstPort = ports[0]?.container ?? null;
    return check(health, { container, firstPort, hostPort: (port) => running.hostPort(port) }, limit);
  }

  /** A fortieth of the time waited so far: what we notice late is small beside what it took. */
  #pause(waitedMs: number): number {
    const { by } = this.#definition.health;
    return by === "exec" ? EXEC_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, Math.max(20, waitedMs / 40));
  }
}
