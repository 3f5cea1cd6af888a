import { AgentsError } from "../model/errors.ts";
import type { Graph } from "../model/graph.ts";
import { buildGraph, unmet } from "../model/graph.ts";
import type { RunStart } from "../model/reducer.ts";
import { emptyRun, reduceRun } from "../model/reducer.ts";
import type { ResourceView, RunEvent, RunView } from "../model/snapshot.ts";
import type { State } from "../model/state.ts";
import { INITIAL } from "../model/state.ts";
import type { Clock } from "./clock.ts";
import { iso, SYSTEM_CLOCK } from "./clock.ts";
import { Downloads } from "./downloads.ts";
import { Listeners } from "./listeners.ts";
import type { NodeFacts, SupervisedNode } from "./node.ts";
import { Unit } from "./unit.ts";
import { runStateOf, sameView, viewOf } from "./view.ts";
import type { Waits } from "./waiting.ts";
import { isBlocked } from "./waiting.ts";

export interface FleetOptions {
  readonly nodes: readonly SupervisedNode[];
  readonly run: Omit<RunStart, "startedAt"> & { readonly startedAt?: string };
  /** Told every change, in order; must not throw. */
  readonly onEvent: (event: RunEvent) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * All units of a run and what follows from a change of one: who may start now, what is shown of whom, who is told.
 * Decides nothing that a person or a file decides; that is the supervisor's.
 */
export class Fleet {
  readonly clock: Clock;
  readonly changes = new Listeners();
  readonly downloads = new Downloads();
  readonly #random: () => number;
  readonly #onEvent: (event: RunEvent) => void;
  readonly #units = new Map<string, Unit>();
  readonly #facts = new Map<string, NodeFacts>();
  /** Names that may not start at the moment: others that stop with them have not gone yet. */
  readonly #held = new Map<string, number>();
  readonly #waits: Waits;
  #graph: Graph;
  #view: RunView;
  #closing = false;

  /** @throws AgentsError AGENTS_CONFIG_INVALID for a cycle or a dependency that does not exist. */
  constructor({ nodes, run, onEvent, clock = SYSTEM_CLOCK, random = Math.random }: FleetOptions) {
    this.clock = clock;
    this.#random = random;
    this.#onEvent = onEvent;
    this.#graph = buildGraph(nodes);
    this.#view = emptyRun({ ...run, startedAt: run.startedAt ?? iso(clock.now()) });
    this.#waits = {
      graph: () => this.#graph,
      stateOf: (name) => this.#units.get(name)?.state ?? INITIAL,
      nodeOf: (name) => this.#units.get(name)?.node,
      noteOf: (name) => this.#noteOf(name),
    };
    for (const node of nodes) this.#enlist(node);
    for (const unit of this.#units.values()) this.#show(unit);
  }

  get view(): RunView {
    return this.#view;
  }

  get graph(): Graph {
    return this.#graph;
  }

  /** Nothing starts any more. */
  get closing(): boolean {
    return this.#closing;
  }

  get units(): readonly Unit[] {
    return [...this.#units.values()];
  }

  get names(): readonly string[] {
    return [...this.#units.keys()];
  }

  find(name: string): Unit | undefined {
    return this.#units.get(name);
  }

  /** @throws AgentsError AGENTS_NAME_UNKNOWN for a name that is not supervised. */
  get(name: string): Unit {
    const unit = this.#units.get(name);
    if (unit !== undefined) return unit;
    throw new AgentsError("AGENTS_NAME_UNKNOWN", `There is no resource "${name}" in this run.`, {
      found: name,
      expected: `one of ${this.names.join(", ")}`,
      hint: "See the names with: agents ps",
    });
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#showRun();
    this.changes.tell();
  }

  /** Lets none of these start until it is released as often as it was held. */
  hold(names: readonly string[]): void {
    for (const name of names) this.#held.set(name, (this.#held.get(name) ?? 0) + 1);
  }

  release(names: readonly string[]): void {
    for (const name of names) {
      const left = (this.#held.get(name) ?? 0) - 1;
      if (left > 0) this.#held.set(name, left);
      else this.#held.delete(name);
    }
    for (const name of names) this.#evaluate(name);
  }

  /** Takes over a changed set of nodes, which must be stopped where they are gone or other than before. */
  adopt(nodes: readonly SupervisedNode[]): void {
    this.#graph = buildGraph(nodes);
    for (const name of this.names) {
      if (this.#graph.nodes.has(name)) continue;
      this.#units.delete(name);
      this.#facts.delete(name);
      this.#emit({ type: "removed", at: this.#at(), name });
    }
    for (const node of nodes) if (this.#units.get(node.name)?.node !== node) this.#show(this.#enlist(node));
    this.#showRun();
    this.changes.tell();
  }

  describe(name: string, facts: Partial<NodeFacts>): void {
    if (facts.progress !== undefined) this.downloads.note(facts.progress, this.clock.now());
    const known = this.#facts.get(name);
    const unit = this.#units.get(name);
    if (known === undefined || unit === undefined) return;
    this.#facts.set(name, { ...known, ...facts });
    this.#show(unit);
    for (const dependant of this.#dependantsOf(name)) this.#evaluate(dependant);
  }

  /** Shows of everything what there is to say now, also what was too fresh to be told. */
  refresh(): RunView {
    for (const unit of this.#units.values()) this.#show(unit);
    return this.#view;
  }

  /** Resolves once no incarnation of it is alive. */
  async gone(name: string): Promise<void> {
    await this.changes.until(() => this.#units.get(name)?.alive !== true);
  }

  /** Resolves once each is where it stays unless somebody does something, or the signal aborts. */
  async rested(names: readonly string[], signal?: AbortSignal): Promise<void> {
    const rests = (name: string): boolean => {
      const { at } = this.#waits.stateOf(name);
      if (at === "waiting") return isBlocked(this.#waits, name);
      // What runs once is where it stays only when it has ended.
      if (at === "ready" && this.#units.get(name)?.node.oneShot === true) return false;
      return ["ready", "unhealthy", "failed", "stopped", "completed"].includes(at);
    };
    await this.changes.until(() => names.every(rests), signal);
  }

  /** Whether it runs, is on its way, or would be if it had not failed; not what a person stopped. */
  isWanted(name: string): boolean {
    const { state } = this.get(name);
    if (state.at === "stopping") return state.afterwards === "waiting";
    return state.at !== "stopped" || state.why !== null;
  }

  views(names: readonly string[]): readonly ResourceView[] {
    return this.#view.resources.filter(({ name }) => names.includes(name));
  }

  #enlist(node: SupervisedNode): Unit {
    this.#facts.set(node.name, node.facts);
    const known = this.#units.get(node.name);
    if (known !== undefined) {
      known.node = node;
      return known;
    }
    const unit = new Unit(node, {
      clock: this.clock,
      random: this.#random,
      onChange: (changed, before) => this.#changed(changed, before),
      onStubborn: ({ name }, text) =>
        this.#emit({
          type: "notice",
          at: this.#at(),
          level: "info",
          resource: name,
          text: `waits for ${name} (${text})`,
        }),
    });
    this.#units.set(node.name, unit);
    return unit;
  }

  #changed(unit: Unit, before: State): void {
    if (this.#units.get(unit.name) !== unit) return;
    const { pairedWith, sharesCrashes = false } = unit.node;
    // Before anything is started again: the pair is to find it gone.
    if (sharesCrashes && pairedWith !== null && unit.state.at === "backoff" && before.at !== "backoff")
      this.#units.get(pairedWith)?.follow(unit.name);
    this.#evaluate(unit.name);
    this.#show(unit);
    for (const name of this.#dependantsOf(unit.name)) this.#evaluate(name);
    this.#showRun();
    this.changes.tell();
  }

  /** Lets it start if it waits and nothing stands in its way; otherwise shows what does. */
  #evaluate(name: string): void {
    const unit = this.#units.get(name);
    if (unit === undefined || unit.state.at !== "waiting") return;
    const free = unmet(this.#graph, name, this.#waits.stateOf).length === 0;
    if (free && !this.#closing && !this.#held.has(name)) {
      unit.go();
      return;
    }
    if (this.#show(unit)) for (const dependant of this.#dependantsOf(name)) this.#evaluate(dependant);
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
    const shown = this.#view.resources.find(({ name }) => name === unit.name);
    if (sameView(shown, resource)) return false;
    this.#emit({ type: "resource", at: this.#at(), resource });
    return true;
  }

  #showRun(): void {
    const state = runStateOf(this.#units.values(), this.#closing);
    if (state === this.#view.state) return;
    const at = this.#at();
    this.#emit({ type: "run", at, state, readyAt: this.#view.readyAt ?? (state === "ready" ? at : null) });
  }

  #emit(event: RunEvent): void {
    this.#view = reduceRun(this.#view, event);
    this.#onEvent(event);
  }

  #at(): string {
    return iso(this.clock.now());
  }
}
