import { setTimeout as sleep } from "node:timers/promises";
import type { HealthCheck } from "../../model/resolved.ts";
import type { PortCheck, Probed } from "./probe.ts";
import { probe } from "./probe.ts";

/** How it is with something that runs; `why` completes the sentence "it …". */
export type Health = { readonly healthy: true } | { readonly healthy: false; readonly why: string };

/** When something that exists is ready, and whether it stays so. */
export interface Readiness {
  /**
   * Resolves once it is ready, or when the signal aborts. `onWhy` is told what is missing whenever that changes. Rejects with
   * an AgentsError where it can never be ready: it is stopped then, and has failed.
   */
  untilReady(signal: AbortSignal, onWhy: (why: string) => void): Promise<void>;
  /** Tells every change of its health until the signal aborts; it starts as healthy. */
  watch(signal: AbortSignal, onChange: (health: Health) => void): void;
}

/** Times in ms. */
export interface ProbeTiming {
  /** For one try. */
  readonly timeoutMs: number;
  /** Between two looks at something healthy. */
  readonly everyMs: number;
  /** … and at something that just failed. */
  readonly againMs: number;
  /** So many failures in a row make it unhealthy; one success makes it ready. */
  readonly failures: number;
}

export const PROBE_TIMING: ProbeTiming = { timeoutMs: 2_000, everyMs: 5_000, againMs: 1_000, failures: 3 };

/** Ready as soon as it exists, and healthy as long. */
export const ALWAYS_READY: Readiness = {
  untilReady: () => Promise.resolve(),
  watch: () => undefined,
};

/**
 * Readiness by probes. `port` is a function where it is known only once the thing exists; null = there is none to ask,
 * so it is ready as soon as it exists. `onNote` is told at each look what a healthy one says of itself.
 */
export function createReadiness(
  check: HealthCheck,
  port: number | null | (() => number | null),
  timing: ProbeTiming = PROBE_TIMING,
  onNote: (note: string | null) => void = () => undefined,
): Readiness {
  if (check.by === "none") return ALWAYS_READY;
  const prober = new PortProber(check, port, timing.timeoutMs);
  const ask: Ask = async (tries, signal) => {
    const result = await prober.ask(tries, signal);
    if (result.ok) onNote(result.note ?? null);
    return result;
  };
  return new ProbedReadiness(ask, timing);
}

/** Readiness by a question of one's own, which is aborted when it takes too long. */
export function readinessBy(
  ask: (signal: AbortSignal) => Promise<{ readonly ok: true } | { readonly ok: false; readonly why: string }>,
  timing: ProbeTiming = PROBE_TIMING,
): Readiness {
  return new ProbedReadiness(async (_tries, signal) => {
    const answer = await ask(AbortSignal.any([signal, AbortSignal.timeout(timing.timeoutMs)]));
    return answer.ok ? answer : { ...answer, open: false };
  }, timing);
}

/**
 * All together do not probe more often than this: what a probe costs (0.1 to 0.4 ms of CPU) is taken from those that start.
 * Who starts last is asked more often, as the others are not asked any more.
 */
const PROBES_PER_MS = 0.4;
let starting = 0;

type Ask = (tries: number, signal: AbortSignal) => Promise<Probed>;

class ProbedReadiness implements Readiness {
  readonly #ask: Ask;
  readonly #timing: ProbeTiming;

  constructor(ask: Ask, timing: ProbeTiming) {
    this.#ask = ask;
    this.#timing = timing;
  }

  async untilReady(signal: AbortSignal, onWhy: (why: string) => void): Promise<void> {
    const since = performance.now();
    let told = "";
    starting += 1;
    try {
      for (let tries = 0; !signal.aborted; tries += 1) {
        const result = await this.#ask(tries, signal);
        if (result.ok) return;
        if (!signal.aborted && result.why !== told) onWhy((told = result.why));
        await sleep(pace(performance.now() - since, result.open), undefined, { signal }).catch(
          () => undefined,
        );
      }
    } finally {
      starting -= 1;
    }
  }

  watch(signal: AbortSignal, onChange: (health: Health) => void): void {
    void this.#watch(signal, onChange);
  }

  async #watch(signal: AbortSignal, onChange: (health: Health) => void): Promise<void> {
    const { everyMs, againMs, failures } = this.#timing;
    let failed = 0;
    for (;;) {
      await sleep(failed > 0 ? againMs : everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const result = await this.#ask(0, signal);
      if (signal.aborted) return;
      if (result.ok) {
        if (failed >= failures) onChange({ healthy: true });
        failed = 0;
      } else {
        failed += 1;
        if (failed === failures) onChange({ healthy: false, why: result.why });
      }
    }
  }
}

/** Asks a port, where it was found to listen. */
class PortProber {
  readonly #check: PortCheck;
  readonly #port: number | null | (() => number | null);
  readonly #timeoutMs: number;
  #host = "127.0.0.1";

  constructor(check: PortCheck, port: number | null | (() => number | null), timeoutMs: number) {
    this.#check = check;
    this.#port = port;
    this.#timeoutMs = timeoutMs;
  }

  async ask(tries: number, signal: AbortSignal): Promise<Probed> {
    const port = typeof this.#port === "function" ? this.#port() : this.#port;
    if (port === null) return { ok: true };
    // Some listen on IPv6 alone; asking there on every fourth try finds them at a quarter of the price.
    const host = tries % 4 === 3 ? "::1" : this.#host;
    const result = await probe({ check: this.#check, host, port }, this.#timeoutMs, signal);
    if (result.ok || result.open) this.#host = host;
    return result;
  }
}

/**
 * The pause before the next try: a fortieth of the time waited so far, so that what we notice late is small beside what it
 * took. Something that listens but is not ready costs it work to be asked: four times less often.
 */
function pace(waitedMs: number, open: boolean): number {
  const own = Math.min(250, Math.max(5, waitedMs / (open ? 10 : 40)));
  return Math.max(own, starting / PROBES_PER_MS);
}
