import t from "tap";
import { emptyRun, reduceRun } from "../../../src/runtime/model/reducer.ts";
import type { ResourceState, ResourceView, RunEvent } from "../../../src/runtime/model/snapshot.ts";

const at = "2026-01-01T00:00:00.000Z";

function resource(name: string, state: ResourceState): ResourceView {
  return {
    name,
    kind: "agent",
    implementation: "process",
    state,
    reason: null,
    version: null,
    image: null,
    pid: null,
    port: null,
    url: null,
    agent: null,
    replica: null,
    llm: null,
    progress: null,
    restarts: 0,
    lastExit: null,
    startedAt: null,
    readyAt: null,
    dependsOn: [],
    waitsFor: [],
  };
}

const events: readonly RunEvent[] = [
  { type: "resource", at, resource: resource("a", "waiting") },
  { type: "resource", at, resource: resource("b", "waiting") },
  { type: "resource", at, resource: resource("a", "ready") },
  { type: "notice", at, level: "info", resource: null, text: "something" },
  { type: "resource", at, resource: resource("c", "ready") },
  { type: "removed", at, name: "b" },
  { type: "run", at, state: "ready", readyAt: at },
];

t.test("the view of a run is what its events add up to", (t) => {
  const start = emptyRun({ project: "p", pid: 1, startedAt: at, dashboardUrl: null });
  const view = events.reduce(reduceRun, start);
  t.same(view, {
    project: "p",
    state: "ready",
    pid: 1,
    startedAt: at,
    readyAt: at,
    dashboardUrl: null,
    resources: [resource("a", "ready"), resource("c", "ready")],
  });
  t.same(start.resources, [], "earlier views stay as they were");
  t.end();
});
