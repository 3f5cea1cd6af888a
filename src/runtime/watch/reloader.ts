/** What became of a save. */
export type ReloadReport<Built> =
  | { readonly at: "broken"; readonly agent: string; readonly error: unknown }
  | { readonly at: "unchanged"; readonly agent: string }
  | { readonly at: "restarted"; readonly agent: string; readonly built: Built }
  | { readonly at: "restart-failed"; readonly agent: string; readonly error: unknown };

/** The effects of a reload. */
export interface ReloaderOptions<Built> {
  /** Builds what is on disk now, while the old one runs. A rejection keeps the old one. */
  readonly build: (agent: string) => Promise<Built>;
  /** True when exactly this build is what runs: nothing to do. */
  readonly runs: (agent: string, built: Built) => boolean;
  /** Stops the old one and starts this. Resolves once it is spawned, not when it is ready: a save may correct a start that hangs. */
  readonly restart: (agent: string, built: Built) => Promise<void>;
  readonly report: (report: ReloadReport<Built>) => void;
}

/** Turns saves into restarts. */
export interface Reloader {
  /** Something of these agents was saved. */
  saved(agents: readonly string[]): void;
  /** Resolves when nothing is under way for the agent, or for any. */
  settled(agent?: string): Promise<void>;
  /** Waits for what is under way; later saves do nothing. */
  close(): Promise<void>;
}

/**
 * Per agent: build, then restart, one after the other. A save while one of them goes on leads to exactly one more round,
 * with what is on disk then, so the last save is never lost and a burst costs one restart. A build that was overtaken by
 * a save is not started.
 */
export function createReloader<Built>(options: ReloaderOptions<Built>): Reloader {
  return new SerialReloader(options);
}

interface Round {
  again: boolean;
  readonly done: Promise<void>;
}

class SerialReloader<Built> implements Reloader {
  readonly #options: ReloaderOptions<Built>;
  readonly #rounds = new Map<string, Round>();
  #closed = false;

  constructor(options: ReloaderOptions<Built>) {
    this.#options = options;
  }

  saved(agents: readonly string[]): void {
    if (this.#closed) return;
    for (const agent of agents) {
      const round = this.#rounds.get(agent);
      if (round === undefined) this.#start(agent);
      else round.again = true;
    }
  }

  async settled(agent?: string): Promise<void> {
    for (;;) {
      const waiting =
        agent === undefined ? [...this.#rounds.values()] : [this.#rounds.get(agent) ?? []].flat();
      if (waiting.length === 0) return;
      await Promise.all(waiting.map((round) => round.done));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
  }

  #start(agent: string): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const round: Round = { again: false, done: promise };
    this.#rounds.set(agent, round);
    void this.#run(agent, round).finally(() => {
      this.#rounds.delete(agent);
      if (round.again && !this.#closed) this.#start(agent);
      resolve();
    });
  }

  async #run(agent: string, round: Round): Promise<void> {
    const { build, runs, restart, report } = this.#options;
    let built: Built;
    try {
      built = await build(agent);
    } catch (error) {
      if (!round.again) report({ at: "broken", agent, error });
      return;
    }
    if (round.again || this.#closed) return;
    if (runs(agent, built)) return report({ at: "unchanged", agent });
    try {
      await restart(agent, built);
      report({ at: "restarted", agent, built });
    } catch (error) {
      report({ at: "restart-failed", agent, error });
    }
  }
}
