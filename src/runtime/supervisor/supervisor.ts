import type { AgentsError } from "../model/errors.ts";
import { AgentsError as Failure } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import { buildGraph, unmet, withDependencies } from "../model/graph.ts";
import type { RunStart } from "../model/reducer.ts";
import { emptyRun, reduceRun } from "../model/reducer.ts";
import type { ExitCause, ResourceView, RunEvent, RunView } from "../model/snapshot.ts";
import { INITIAL } from "../model/state.ts";
import type { Clock } from "./clock.ts";
import { iso, SYSTEM_CLOCK } from "./clock.ts";
import { Listeners } from "./listeners.ts";
import type { NodeFacts, SupervisedNode } from "./node.ts";
import { dependantsFirst } from "./order.ts";
import type { Settlement } from "./settlement.ts";
import { notReadyError, settlementOf } from "./settlement.ts";
import { Unit } from "./unit.ts";
import { runStateOf, sameView, viewOf } from "./view.ts";
import type { Waits } from "./waiting.ts";
import { isBlocked } from "./waiting.ts";

export interface SupervisorOptions {
  readonly nodes: readonly SupervisedNode[];
  readonly run: Omit<RunStart, "startedAt"> & { readonly startedAt?: string };
  /** Told every change, in order; must not throw. */
  readonly onEvent: (event: RunEvent) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

export interface ActOptions {
  readonly cause?: ExitCause;
  /** Ends the waiting for the outcome, not what was begun. */
  readonly signal?: AbortSignal;
}

export interface RestartOptions extends ActOptions {
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

/** Starts, watches and stops a set of resources that depend on each other. */
export class Supervisor {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onEvent: (event: RunEvent) => void;
  readonly #units = new Map<string, Unit>();
  readonly #facts = new Map<string, NodeFacts>();
  readonly #changes = new Listeners();
  /** Names that may not start at the moment: others that stop with them have not gone yet. */
  readonly #held = new Set<string>();
  readonly #waits: Waits;
  #graph: Graph;
  #view: RunView;
  #closing = false;

  /** @throws AgentsError AGENTS_CONFIG_INVALID for a cycle or a dependency that does not exist. */
  constructor({ nodes, run, onEvent, clock = SYSTEM_CLOCK, random = Math.random }: SupervisorOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#onEvent = onEvent;
    this.#graph = buildGraph(nodes);
    this.#view = emptyRun({ ...run, startedAt: run.startedAt ?? iso(clock.now()) });
    const graph = (): Graph => this.#graph;
    this.#waits = {
      get graph() {
        return graph();
      },
      stateOf: (name) => this.#units.get(name)?.state ?? INITIAL,
      nodeOf: (name) => this.#units.get(name)?.node,
      noteOf: (name) => this.#noteOf(name),
    };
    for (const node of nodes) this.#enlist(node);
    for (const unit of this.#units.values()) this.#show(unit);
  }

  /** The run as it is now. */
  view(): RunView {
    return this.#view;
  }

  /** What a resource failed of; null while it has not. */
  failure(name: string): AgentsError | null {
    const state = this.#units.get(name)?.state;
    return state?.at === "failed" ? state.error : null;
  }

  /** Changes what is shown of a resource: a port that moved, a version, how far a download is. */
  describe(name: string, facts: Partial<NodeFacts>): void {
    const known = this.#facts.get(name);
    const unit = this.#units.get(name);
    if (known === undefined || unit === undefined) return;
    this.#facts.set(name, { ...known, ...facts });
    this.#show(unit);
    this.#dependantsOf(name).forEach((dependant) => this.#evaluate(dependant));
  }

  /** Tells front ends something that is no change of a state. */
  notice(level: "info" | "warn" | "error", resource: string | null, text: string): void {
    this.#emit({ type: "notice", at: iso(this.#clock.now()), level, resource, text });
  }

  /**
   * Starts resources (default: all), their pairs and what they need. Answers with all that it touched once each is ready
   * or will not become so by itself.
   */
  async start(
    names: readonly string[] = [...this.#units.keys()],
    options: ActOptions = {},
  ): Promise<readonly ResourceView[]> {
    const named = new Set(this.#withPairs(names));
    const wanted = withDependencies(this.#graph, [...named]).flatMap((name) => this.#units.get(name) ?? []);
    // What another needs is not run again because of that.
    const touched = wanted.filter(({ name, state }) => named.has(name) || state.at !== "completed");
    for (const unit of touched) if (!this.#closing) unit.ask({ on: "start" });
    return this.#outcome(
      touched.map(({ name }) => name),
      options.signal,
    );
  }

  /** Stops resources and their pairs, dependants first. Answers once they are stopped. */
  async stop(
    names: readonly string[],
    { cause = "user" }: ActOptions = {},
  ): Promise<readonly ResourceView[]> {
    const set = this.#withPairs(names);
    await dependantsFirst(this.#graph, set, async (name) => {
      this.#units.get(name)?.ask({ on: "stop", cause });
      await this.#gone(name);
    });
    return this.#views(set);
  }

  /**
   * Restarts resources, with their pairs when a person asks (the default cause); starts those that do not run. By any other
   * cause, what a person stopped stays stopped. Answers once each is ready or will not become so by itself.
   */
  async restart(names: readonly string[], options: RestartOptions = {}): Promise<readonly ResourceView[]> {
    const { cause = "user", prepare, signal } = options;
    this.#withPairs(names);
    await prepare?.();
    const set = (cause === "user" ? this.#withPairs(names) : names).filter(
      (name) => cause === "user" || this.#isWanted(name),
    );
    await this.#bounce(set, cause);
    return this.#outcome(set, signal);
  }

  /**
   * Changes what is supervised: stops what is removed or replaced, then starts what is new or replaced. Resolves when the
   * old ones are gone and the new ones may start.
   *
   * @throws AgentsError AGENTS_CONFIG_INVALID when the result has a cycle or a dependency that does not exist; then nothing was touched.
   */
  async update({ add = [], remove = [], replace = [], cause }: Update): Promise<void> {
    const leaving = new Set(remove);
    const graphOf = (): Graph => {
      const nodes = new Map([...this.#units.values()].map(({ node }) => [node.name, node]));
      for (const name of leaving) nodes.delete(name);
      for (const node of [...replace, ...add]) nodes.set(node.name, node);
      return buildGraph([...nodes.values()]);
    };
    graphOf();
    const replaced = replace.map(({ name }) => name).filter((name) => this.#isWanted(name));
    await this.#bounce([...replaced, ...remove], cause, leaving, () => {
      this.#graph = graphOf();
      for (const name of leaving) this.#discharge(name);
      for (const node of replace) this.#enlist(node);
      for (const node of add) this.#show(this.#enlist(node));
    });
    for (const { name } of add) if (!this.#closing) this.#units.get(name)?.ask({ on: "start" });
  }

  /** Stops everything: each as soon as all that depend on it are gone, everything else at once. Nothing starts any more. */
  async stopAll(cause: ExitCause = "user"): Promise<readonly ResourceView[]> {
    const touched = [...this.#units.values()].filter((unit) => unit.alive).map(({ name }) => name);
    this.#close();
    await dependantsFirst(this.#graph, [...this.#units.keys()], async (name) => {
      this.#units.get(name)?.ask({ on: "stop", cause });
      await this.#gone(name);
    });
    return this.#views(touched);
  }

  /** Kills everything at once. */
  async killAll(): Promise<readonly ResourceView[]> {
    const touched = [...this.#units.values()].filter((unit) => unit.alive).map(({ name }) => name);
    this.#close();
    for (const unit of this.#units.values()) unit.kill("user");
    await Promise.all(touched.map(async (name) => this.#gone(name)));
    return this.#views(touched);
  }

  /** How the start comes out: all ready, the first failure, the time-out, or a stop. Resolves at once where that is known. */
  async settled({
    timeoutMs,
    signal,
  }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<Settlement> {
    const look = (): Settlement | null => settlementOf([...this.#units.values()], this.#closing);
    const over = new AbortController();
    const limits = signal === undefined ? [over.signal] : [over.signal, signal];
    const since = this.#clock.now();
    const done = new AbortController();
    if (timeoutMs !== undefined) void this.#clock.sleep(timeoutMs, done.signal).then(() => over.abort());
    await this.#changes.until(() => look() !== null, AbortSignal.any(limits));
    done.abort();
    return look() ?? { by: "timeout", error: notReadyError(this.#view.resources, this.#clock.now() - since) };
  }

  /** Stops a set, dependants first, lets none of it start before all of it is gone, then lets all start that are wanted. */
  async #bounce(
    set: readonly string[],
    cause: ExitCause,
    leaving: ReadonlySet<string> = new Set(),
    between?: () => void,
  ): Promise<void> {
    for (const name of set) this.#held.add(name);
    try {
      await dependantsFirst(this.#graph, set, async (name) => {
        if (this.#closing) return;
        this.#units.get(name)?.ask(leaving.has(name) ? { on: "stop", cause } : { on: "restart", cause });
        await this.#gone(name);
      });
      between?.();
    } finally {
      for (const name of set) this.#held.delete(name);
    }
    for (const name of set) this.#evaluate(name);
  }

  #enlist(node: SupervisedNode): Unit {
    this.#facts.set(node.name, node.facts);
    const known = this.#units.get(node.name);
    if (known !== undefined) {
      known.node = node;
      return known;
    }
    const unit = new Unit(node, {
      clock: this.#clock,
      random: this.#random,
      onChange: (changed) => this.#changed(changed),
      onStubborn: ({ name }, text) => this.notice("info", name, `waits for ${name} (${text})`),
    });
    this.#units.set(node.name, unit);
    return unit;
  }

  #discharge(name: string): void {
    this.#units.delete(name);
    this.#facts.delete(name);
    this.#emit({ type: "removed", at: iso(this.#clock.now()), name });
  }

  #changed(unit: Unit): void {
    if (this.#units.get(unit.name) !== unit) return;
    this.#evaluate(unit.name);
    this.#show(unit);
    for (const name of this.#dependantsOf(unit.name)) this.#evaluate(name);
    this.#showRun();
    this.#changes.tell();
  }

  /** Lets it start if it waits and nothing stands in its way; otherwise shows what does. */
  #evaluate(name: string): void {
    const unit = this.#units.get(name);
    if (unit === undefined || unit.state.at !== "waiting") return;
    const free =
      !this.#closing && !this.#held.has(name) && unmet(this.#graph, name, this.#waits.stateOf).length === 0;
    if (free) {
      unit.go();
      return;
    }
    if (this.#show(unit)) this.#dependantsOf(name).forEach((dependant) => this.#evaluate(dependant));
  }

  #dependantsOf(name: string): readonly string[] {
    return this.#graph.dependants.get(name) ?? [];
  }

  #noteOf(name: string): string | null {
    const progress = this.#facts.get(name)?.progress ?? null;
    if (progress === null) return this.#units.get(name)?.reason ?? null;
    const percent = progress.total > 0 ? `  ${Math.floor((100 * progress.done) / progress.total)} %` : "";
    return `${progress.what}${percent}`;
  }

  #show(unit: Unit): boolean {
    const facts = this.#facts.get(unit.name) ?? unit.node.facts;
    const resource = viewOf(unit, facts, this.#waits);
    if (
      sameView(
        this.#view.resources.find(({ name }) => name === unit.name),
        resource,
      )
    )
      return false;
    this.#emit({ type: "resource", at: iso(this.#clock.now()), resource });
    return true;
  }

  #showRun(): void {
    const state = runStateOf(this.#units.values(), this.#closing);
    if (state === this.#view.state) return;
    const at = iso(this.#clock.now());
    const readyAt = this.#view.readyAt ?? (state === "ready" ? at : null);
    this.#emit({ type: "run", at, state, readyAt });
  }

  #emit(event: RunEvent): void {
    this.#view = reduceRun(this.#view, event);
    this.#onEvent(event);
  }

  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#showRun();
    this.#changes.tell();
  }

  /** Whether it runs, is on its way, or would be if it had not failed; not what a person stopped. */
  #isWanted(name: string): boolean {
    const state = this.#units.get(name)?.state;
    if (state === undefined) return false;
    if (state.at === "stopping") return state.afterwards === "waiting";
    return state.at !== "stopped" || state.why !== null;
  }

  async #gone(name: string): Promise<void> {
    await this.#changes.until(() => this.#units.get(name)?.alive !== true);
  }

  async #outcome(names: readonly string[], signal?: AbortSignal): Promise<readonly ResourceView[]> {
    const rests = (name: string): boolean => {
      const state = this.#waits.stateOf(name);
      if (state.at === "waiting") return isBlocked(this.#waits, name);
      return ["ready", "unhealthy", "failed", "stopped", "completed"].includes(state.at);
    };
    await this.#changes.until(() => names.every(rests), signal);
    return this.#views(names);
  }

  /** @throws AgentsError AGENTS_NAME_UNKNOWN for a name that is not supervised. */
  #withPairs(names: readonly string[]): readonly string[] {
    const set = new Set<string>();
    for (const name of names) {
      const unit = this.#units.get(name);
      if (unit === undefined) {
        throw new Failure("AGENTS_NAME_UNKNOWN", `There is no resource "${name}" in this run.`, {
          found: name,
          expected: `one of ${[...this.#units.keys()].join(", ")}`,
          hint: "See the names with: agents ps",
        });
      }
      set.add(name);
      const { pairedWith } = unit.node;
      if (pairedWith !== null && this.#units.has(pairedWith)) set.add(pairedWith);
    }
    return [...set];
  }

  #views(names: readonly string[]): readonly ResourceView[] {
    return this.#view.resources.filter(({ name }) => names.includes(name));
  }
}
