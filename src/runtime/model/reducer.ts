import type { ResourceView, RunEvent, RunView } from "./snapshot.ts";

/** What is known of a run before its first event. */
export type RunStart = Pick<RunView, "project" | "pid" | "startedAt" | "dashboardUrl">;

/** The view of a run in which nothing has happened yet. */
export function emptyRun({ project, pid, startedAt, dashboardUrl }: RunStart): RunView {
  return { project, state: "starting", pid, startedAt, readyAt: null, dashboardUrl, resources: [] };
}

/**
 * Applies one event to the view of a run. The runtime and every front end use this same function, so what they show
 * cannot differ. Resources keep the place in which they first appeared.
 */
export function reduceRun(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case "resource":
      return { ...view, resources: place(view.resources, event.resource) };
    case "removed":
      return { ...view, resources: view.resources.filter(({ name }) => name !== event.name) };
    case "run":
      return { ...view, state: event.state, readyAt: event.readyAt };
    case "notice":
      return view;
    default:
      return event satisfies never;
  }
}

function place(resources: readonly ResourceView[], resource: ResourceView): readonly ResourceView[] {
  const index = resources.findIndex(({ name }) => name === resource.name);
  return index === -1 ? [...resources, resource] : resources.with(index, resource);
}
