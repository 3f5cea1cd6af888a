import type { ResourceState, ResourceView, RunView } from "../../runtime/model/snapshot.ts";
import type { Output } from "./output.ts";
import type { Paint, Style } from "./style.ts";
import type { Cell } from "./table.ts";
import { table } from "./table.ts";
import { progressText } from "./progress-text.ts";
import { since } from "./units.ts";

const COLUMNS = [
  { title: "NAME" },
  { title: "STATE" },
  { title: "RUNS AS" },
  { title: "URL" },
  { title: "RESTARTS", align: "right" },
  { title: "SINCE" },
  { title: "" },
] as const;

/** `agents ps` for people: each sidecar below its agent. */
export function runText(run: RunView, out: Pick<Output, "style" | "columns">, now: Date): readonly string[] {
  const rows = inPairs(run.resources).map((resource) => row(resource, out.style, now));
  return table(COLUMNS, rows, out.columns, out.style.dim);
}

/** The agents that are meant to run: what is stopped is not counted as part of what is up. */
export const runningAgents = (resources: readonly ResourceView[]): readonly ResourceView[] =>
  resources.filter(({ kind, state }) => kind === "agent" && state !== "stopped");

/** Resources in their order, each sidecar right after its agent. */
function inPairs(resources: readonly ResourceView[]): readonly ResourceView[] {
  const agents = new Set(resources.filter(({ kind }) => kind === "agent").map(({ name }) => name));
  return resources.flatMap((resource) => {
    if (resource.agent !== null && agents.has(resource.agent)) return [];
    return [resource, ...resources.filter(({ agent }) => agent !== null && agent === resource.name)];
  });
}

function row(resource: ResourceView, style: Style, now: Date): readonly Cell[] {
  const isSidecar = resource.agent !== null;
  return [
    { text: isSidecar ? "  sidecar" : resource.name, paint: isSidecar ? style.dim : style.bold },
    { text: resource.state, paint: paintOf(resource.state, style) },
    { text: runsAs(resource) },
    { text: resource.url ?? "–" },
    { text: String(resource.restarts) },
    { text: since(resource.readyAt ?? resource.startedAt, now) },
    { text: why(resource), paint: style.dim },
  ];
}

/** What it really is: `daprd 1.18.1`, `embedded`, `process`. */
function runsAs({ implementation, version, llm }: ResourceView): string {
  const parts = [
    implementation,
    ...(version === null ? [] : [version]),
    ...(llm === null ? [] : [`(${llm})`]),
  ];
  return parts.join(" ");
}

function why({ reason, progress, waitsFor, state }: ResourceView): string {
  const moved = progress === null ? "" : progressText(progress);
  const waits =
    reason === null && state === "waiting" && waitsFor.length > 0 ? `for ${waitsFor.join(", ")}` : "";
  return [reason ?? waits, moved].filter((text) => text !== "").join(": ");
}

/** The colour of a state; its word says the same. */
export function paintOf(state: ResourceState, style: Style): Paint {
  switch (state) {
    case "ready":
    case "completed":
      return style.good;
    case "failed":
    case "unhealthy":
      return style.bad;
    case "backoff":
    case "starting":
    case "waiting":
    case "stopping":
      return style.busy;
    case "stopped":
      return style.dim;
    default:
      return state satisfies never;
  }
}
