import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import type { GraphNode } from "../../../src/runtime/model/graph.ts";
import { buildGraph, holds, unmet, withDependencies } from "../../../src/runtime/model/graph.ts";
import type { Dependencies } from "../../../src/runtime/model/resolved.ts";
import type { State } from "../../../src/runtime/model/state.ts";

const node = (name: string, dependsOn: Dependencies = {}): GraphNode => ({ name, dependsOn });

/*
 *   redis ◀── a-dapr ◀── a ──▶ migrate ──▶ db
 *     ▲────── b-dapr ◀── b
 */
const system = [
  node("a", { "a-dapr": "started", migrate: "completed" }),
  node("a-dapr", { redis: "ready" }),
  node("b", { "b-dapr": "started" }),
  node("b-dapr", { redis: "ready" }),
  node("redis"),
  node("migrate", { db: "ready" }),
  node("db"),
];

t.test("each level needs only earlier ones", (t) => {
  const graph = buildGraph(system);
  t.same(graph.levels, [
    ["redis", "db"],
    ["a-dapr", "b-dapr", "migrate"],
    ["b", "a"],
  ]);
  t.end();
});

t.test("a circle is named with all that are in it, and only those", (t) => {
  const circle = [
    node("outside", { a: "ready" }),
    node("a", { b: "ready" }),
    node("b", { c: "started" }),
    node("c", { a: "ready", free: "ready" }),
    node("free"),
  ];
  t.throws(() => buildGraph(circle), {
    code: "AGENTS_CONFIG_INVALID",
    message: "Dependencies form a circle: a → b → c → a.",
  });
  t.throws(() => buildGraph([node("self", { self: "ready" })]), {
    message: "Dependencies form a circle: self → self.",
  });
  t.end();
});

t.test("a dependency that does not exist is named with those that do", (t) => {
  t.throws(() => buildGraph([node("a", { reddis: "ready" }), node("redis")]), {
    code: "AGENTS_CONFIG_INVALID",
    message: 'a depends on "reddis", which does not exist.',
    details: { expected: "one of a, redis" },
  });
  t.end();
});

const error = new AgentsError("AGENTS_CRASH_LOOP", "it crashed");
const STATES: readonly State[] = [
  { at: "stopped", incarnation: 0, why: null },
  { at: "waiting", incarnation: 0 },
  { at: "starting", incarnation: 1, exists: false },
  { at: "starting", incarnation: 1, exists: true },
  { at: "ready", incarnation: 1 },
  { at: "unhealthy", incarnation: 1, why: "" },
  { at: "backoff", incarnation: 1, delayMs: 1, why: "" },
  { at: "failed", incarnation: 1, error },
  { at: "stopping", incarnation: 1, cause: "user", afterwards: "waiting" },
  { at: "completed", incarnation: 1 },
];

const fulfilling = (condition: "started" | "ready" | "completed"): readonly string[] =>
  STATES.filter((state) => holds(condition, state)).map((state) =>
    state.at === "starting" ? `starting, exists ${state.exists}` : state.at,
  );

t.test("a condition holds in exactly the states that fulfil it", (t) => {
  t.same(fulfilling("started"), ["starting, exists true", "ready", "unhealthy", "completed"]);
  t.same(fulfilling("ready"), ["ready", "completed"]);
  t.same(fulfilling("completed"), ["completed"]);
  t.end();
});

t.test("what may start now is what has no unmet dependency", (t) => {
  const graph = buildGraph(system);
  const states = new Map<string, State>([
    ["redis", { at: "ready", incarnation: 1 }],
    ["a-dapr", { at: "starting", incarnation: 1, exists: true }],
    ["migrate", { at: "ready", incarnation: 1 }],
  ]);
  const stateOf = (name: string): State => states.get(name) ?? { at: "waiting", incarnation: 0 };
  t.same(unmet(graph, "a", stateOf), [{ name: "migrate", condition: "completed" }]);
  t.same(unmet(graph, "b-dapr", stateOf), []);
  t.same(unmet(graph, "migrate", stateOf), [{ name: "db", condition: "ready" }]);
  t.end();
});

t.test("the named ones come with all that they need, in start order", (t) => {
  t.same(withDependencies(buildGraph(system), ["b", "migrate"]), ["redis", "db", "b-dapr", "migrate", "b"]);
  t.end();
});

t.test("a chain of 5000 is no deeper than the stack", (t) => {
  const chain = Array.from({ length: 5_000 }, (_, index) =>
    node(`n${index}`, index === 0 ? {} : { [`n${index - 1}`]: "ready" }),
  );
  t.equal(buildGraph(chain).levels.length, 5_000);
  t.end();
});
