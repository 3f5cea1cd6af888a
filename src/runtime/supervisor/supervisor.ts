import type { AgentsError } from "../model/errors.ts";
import { buildGraph, withDependencies } from "../model/graph.ts";
import type { ExitCause, ResourceView, RunView } from "../model/snapshot.ts";
import type { FleetOptions } from "./fleet.ts";
import { Fleet } from "./fleet.ts";
import type { NodeFacts, SupervisedNode } from "./node.ts";
import { dependantsFirst } from "./order.ts";
import type { Settlement } from "./settlement.ts";
import { notReadyError, settlementOf } from "./settlement.ts";

export interface StartOptions {
  /** Ends the waiting for the outcome, not what was begun. */
  readonly signal?: AbortSignal;
}

export interface RestartOptions extends StartOptions {
  /** Default `user`: a person asks. */
  readonly cause?: ExitCause;
  /** Done while the old incarnation still runs; if it rejects, nothing is stopped. */
  readonly prepare?: () => Promise<void>;
}

/** A change of what is supervised, made as one. */
export interface Update {
  readonly add?: readonly SupervisedNode[];
  readonly remove?: readonly string[];
  /** Same names, new definitions: each is restarted, unless a person stopped it. */
  readonly replace?: readonly SupervisedNode[];
  readonly cause: ExitCause;
}

/**
 * Starts, watches and stops a set of resources that depend on each other. Nothing runs before `start`. Every promise that
 * a command gives resolves when its outcome is there; the states in between are told by `onEvent`.
 */
export class Supervisor {
  readonly #fleet: Fleet;

  /** @throws AgentsError AGENTS_CONFIG_INVALID for a cycle or a dependency that does not exist. */
  constructor(options: FleetOptions) {
    this.#fleet = new Fleet(options);
  }

  /** The run as it is now. */
  view(): RunView {
    return this.#fleet.view;
  }

  /** What a resource failed of; null while it has not. */
  failure(name: string): AgentsError | null {
    const state = this.#fleet.find(name)?.state;
    return state?.at === "failed" ? state.error : null;
  }

  /** Changes what is shown of a resource: a port that moved, a version, how far a download is. */
  describe(name: string, facts: Partial<NodeFacts>): void {
    this.#fleet.describe(name, facts);
  }

  /**
   * Starts resources (default: all), their pairs and what they need. Answers with all that it touched once each is ready
   * or will not become so by itself.
   *
   * @throws AgentsError AGENTS_NAME_UNKNOWN
   */
  async start(
    names: readonly string[] = this.#fleet.names,
    { signal }: StartOptions = {},
  ): Promise<readonly ResourceView[]> {
    const named = new Set(this.#withPairs(names));
    const wanted = withDependencies(this.#fleet.graph, [...named]).map((name) => this.#fleet.get(name));
    // What another needs is not run a second time because of that.
    const touched = wanted.filter(({ name, state }) => named.has(name) || state.at !== "completed");
    for (const unit of touched) if (!this.#fleet.closing) unit.ask({ on: "start" });
    return this.#outcome(
      touched.map(({ name }) => name),
      signal,
    );
  }

  /**
   * Stops resources and their pairs, dependants first. Answers once they are stopped.
   *
   * @throws AgentsError AGENTS_NAME_UNKNOWN
   */
  async stop(names: readonly string[], cause: ExitCause = "user"): Promise<readonly ResourceView[]> {
    const set = this.#withPairs(names);
    await this.#stopInOrder(set, cause);
    return this.#fleet.views(set);
  }

  /**
   * Restarts resources, with their pairs when a person asks; starts those that do not run. By any other cause, what a
   * person stopped stays stopped. Answers once each is ready or will not become so by itself.
   *
   * @throws AgentsError AGENTS_NAME_UNKNOWN
   */
  async restart(names: readonly string[], options: RestartOptions = {}): Promise<readonly ResourceView[]> {
    const { cause = "user", prepare, signal } = options;
    const set = cause === "user" ? this.#withPairs(names) : names;
    for (const name of set) this.#fleet.get(name);
    if (prepare !== undefined) await prepare();
    const wanted = set.filter(
      (name) => this.#fleet.find(name) !== undefined && (cause === "user" || this.#fleet.isWanted(name)),
    );
    await this.#bounce(wanted, [], cause, () => undefined);
    return this.#outcome(wanted, signal);
  }

  /**
   * Changes what is supervised: stops what is removed or replaced, then lets start what is new or replaced. Resolves when
   * the old ones are gone and the new ones may start.
   *
   * @throws AgentsError AGENTS_CONFIG_INVALID when the result has a cycle or a dependency that does not exist; then
   * nothing was touched. AGENTS_NAME_UNKNOWN when something to remove or replace does not exist.
   */
  async update({ add = [], remove = [], replace = [], cause }: Update): Promise<void> {
    for (const name of [...remove, ...replace.map((node) => node.name)]) this.#fleet.get(name);
    const changed = (): readonly SupervisedNode[] => {
      const nodes = new Map(this.#fleet.units.map(({ node }) => [node.name, node]));
      for (const name of remove) nodes.delete(name);
      for (const node of [...replace, ...add]) nodes.set(node.name, node);
      return [...nodes.values()];
    };
    buildGraph(changed());
    const replaced = replace.map(({ name }) => name).filter((name) => this.#fleet.isWanted(name));
    await this.#bounce(replaced, remove, cause, () => this.#fleet.adopt(changed()));
    for (const { name } of add) if (!this.#fleet.closing) this.#fleet.get(name).ask({ on: "start" });
  }

  /** Stops everything: each as soon as all that depend on it are gone, and nothing starts any more. */
  async stopAll(cause: ExitCause = "user"): Promise<readonly ResourceView[]> {
    const touched = this.#alive();
    this.#fleet.close();
    await this.#stopInOrder(this.#fleet.names, cause);
    return this.#fleet.views(touched);
  }

  /** Kills everything at once, also in the midst of a stop. */
  async killAll(): Promise<readonly ResourceView[]> {
    const touched = this.#alive();
    this.#fleet.close();
    for (const unit of this.#fleet.units) unit.kill("user");
    await Promise.all(touched.map(async (name) => this.#fleet.gone(name)));
    return this.#fleet.views(touched);
  }

  /**
   * How the start comes out: all ready, the first failure, the time-out (which stands still while something is
   * downloaded), or the stop of everything. Resolves at once where that is known. An aborted signal counts as the time-out.
   */
  async settled(
    limits: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Settlement> {
    const { clock, changes } = this.#fleet;
    const look = (): Settlement | null => settlementOf(this.#fleet.units, this.#fleet.closing);
    const since = clock.now();
    const late = new AbortController();
    const done = new AbortController();
    if (limits.timeoutMs !== undefined) {
      void this.#outwait(limits.timeoutMs, done.signal).then(() => late.abort());
    }
    const { signal } = limits;
    await changes.until(
      () => look() !== null,
      signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    );
    done.abort();
    return (
      look() ?? { by: "timeout", error: notReadyError(this.#fleet.refresh().resources, clock.now() - since) }
    );
  }

  /** Resolves when so much time is over, without the time in which something was downloaded. */
  async #outwait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { clock, downloads } = this.#fleet;
    for (let left = timeoutMs; left > 0 && !signal.aborted;) {
      const before = downloads.until(clock.now());
      await clock.sleep(left, signal);
      left = downloads.until(clock.now()) - before;
    }
  }

  async #stopInOrder(names: readonly string[], cause: ExitCause): Promise<void> {
    const { graph } = this.#fleet;
    await dependantsFirst(graph, names, async (name) => {
      this.#fleet.find(name)?.ask({ on: "stop", cause });
      await this.#fleet.gone(name);
    });
  }

  /**
   * Stops two sets, dependants first, the first to be started again. None of it starts before all of it is gone and
   * `between` was done.
   */
  async #bounce(
    again: readonly string[],
    forGood: readonly string[],
    cause: ExitCause,
    between: () => void,
  ): Promise<void> {
    const set = [...again, ...forGood];
    const leaving = new Set(forGood);
    this.#fleet.hold(set);
    try {
      await dependantsFirst(this.#fleet.graph, set, async (name) => {
        if (this.#fleet.closing) return;
        this.#fleet.find(name)?.ask({ on: leaving.has(name) ? "stop" : "restart", cause });
        await this.#fleet.gone(name);
      });
      if (!this.#fleet.closing) between();
    } finally {
      this.#fleet.release(set);
    }
  }

  async #outcome(names: readonly string[], signal?: AbortSignal): Promise<readonly ResourceView[]> {
    await this.#fleet.rested(names, signal);
    return this.#fleet.views(names);
  }

  #alive(): readonly string[] {
    return this.#fleet.units.filter((unit) => unit.alive).map(({ name }) => name);
  }

  #withPairs(names: readonly string[]): readonly string[] {
    const set = new Set<string>();
    for (const name of names) {
      const { pairedWith } = this.#fleet.get(name).node;
      set.add(name);
      if (pairedWith !== null && this.#fleet.find(pairedWith) !== undefined) set.add(pairedWith);
    }
    return [...set];
  }
}
