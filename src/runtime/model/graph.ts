import { AgentsError } from "./errors.ts";
import type { Dependencies, DependencyCondition } from "./resolved.ts";
import type { State } from "./state.ts";

/** What the graph needs to know of a node. */
export interface GraphNode {
  readonly name: string;
  readonly dependsOn: Dependencies;
}

/** Who waits for whom. Immutable; a changed set of nodes is a new graph. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Name → those that depend on it directly. */
  readonly dependants: ReadonlyMap<string, readonly string[]>;
  /** Nodes whose dependencies all lie in earlier levels; start order. Reversed: stop order. */
  readonly levels: readonly (readonly string[])[];
}

/** A dependency whose condition does not hold yet. */
export interface Unmet {
  readonly name: string;
  readonly condition: DependencyCondition;
}

/**
 * Builds the graph.
 *
 * @throws AgentsError AGENTS_CONFIG_INVALID naming the cycle, or the dependency that does not exist.
 */
export function buildGraph(list: readonly GraphNode[]): Graph {
  const nodes = new Map(list.map((node) => [node.name, node]));
  const dependants = new Map<string, string[]>(list.map(({ name }) => [name, []]));
  for (const { name, dependsOn } of list) {
    for (const dependency of Object.keys(dependsOn)) {
      const its = dependants.get(dependency);
      if (its === undefined) {
        throw new AgentsError(
          "AGENTS_CONFIG_INVALID",
          `${name} depends on "${dependency}", which does not exist.`,
          {
            path: `${name}.dependsOn`,
            found: dependency,
            expected: `one of ${[...nodes.keys()].join(", ")}`,
          },
        );
      }
      its.push(name);
    }
  }
  return { nodes, dependants, levels: levelsOf(nodes, dependants) };
}

function levelsOf(
  nodes: ReadonlyMap<string, GraphNode>,
  dependants: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const open = new Map(
    [...nodes.values()].map(({ name, dependsOn }) => [name, Object.keys(dependsOn).length]),
  );
  const levels: string[][] = [];
  let level = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  while (level.length > 0) {
    levels.push(level);
    const following: string[] = [];
    for (const name of level) {
      open.delete(name);
      for (const dependant of dependants.get(name) ?? []) {
        const left = (open.get(dependant) ?? 0) - 1;
        open.set(dependant, left);
        if (left === 0) following.push(dependant);
      }
    }
    level = following;
  }
  if (open.size > 0) {
    const cycle = findCycle(nodes, new Set(open.keys()));
    throw new AgentsError("AGENTS_CONFIG_INVALID", `Dependencies form a circle: ${cycle.join(" → ")}.`, {
      path: `${cycle[0] ?? ""}.dependsOn`,
      expected: "dependencies without a circle",
      found: cycle.join(" → "),
      hint: "Remove one of these dependencies.",
    });
  }
  return levels;
}

/** Walks dependencies among nodes that all have an open one, so it must meet one of them twice. */
function findCycle(nodes: ReadonlyMap<string, GraphNode>, open: ReadonlySet<string>): readonly string[] {
  const path: string[] = [];
  let at: string | undefined = open.values().next().value;
  while (at !== undefined) {
    const seen = path.indexOf(at);
    path.push(at);
    if (seen !== -1) return path.slice(seen);
    at = Object.keys(nodes.get(at)?.dependsOn ?? {}).find((name) => open.has(name));
  }
  return path;
}

/** Whether a dependency in this state lets a dependant with this condition start. */
export function holds(condition: DependencyCondition, state: State): boolean {
  switch (condition) {
    case "started":
      return (
        (state.at === "starting" && state.exists) ||
        state.at === "ready" ||
        state.at === "unhealthy" ||
        state.at === "completed"
      );
    case "ready":
      return state.at === "ready" || state.at === "completed";
    case "completed":
      return state.at === "completed";
    default:
      return condition satisfies never;
  }
}

/** The dependencies that `name` still waits for; empty = it may start now. */
export function unmet(graph: Graph, name: string, stateOf: (name: string) => State): readonly Unmet[] {
  return Object.entries(graph.nodes.get(name)?.dependsOn ?? {})
    .filter(([dependency, condition]) => !holds(condition, stateOf(dependency)))
    .map(([dependency, condition]) => ({ name: dependency, condition }));
}

/** The named nodes and everything they need, in start order. */
export function withDependencies(graph: Graph, names: readonly string[]): readonly string[] {
  const wanted = new Set<string>();
  const visit = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    Object.keys(graph.nodes.get(name)?.dependsOn ?? {}).forEach(visit);
  };
  names.forEach(visit);
  return graph.levels.flat().filter((name) => wanted.has(name));
}
