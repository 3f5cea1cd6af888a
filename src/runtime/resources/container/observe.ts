import type Docker from "dockerode";
import type { Lifetime, Project } from "./identity.ts";
import { containerName, LABEL, projectKey } from "./identity.ts";
import type { ObservedContainer } from "./plan.ts";

/** The containers that have a resource's labels, and the one that has its name. */
export async function observe(
  docker: Docker,
  project: Project,
  resource: string,
  signal: AbortSignal,
): Promise<readonly ObservedContainer[]> {
  const name = containerName(project, resource);
  const key = projectKey(project);
  const list = (filters: Record<string, string[]>): Promise<Docker.ContainerInfo[]> =>
    docker.listContainers({ all: true, filters, abortSignal: signal });
  const [labelled, named] = await Promise.all([
    list({ label: [`${LABEL.projectKey}=${key}`, `${LABEL.resource}=${resource}`] }),
    // The filter is a pattern without anchors of its own; Docker keeps names with a slash before them.
    list({ name: [`^/?${name.replaceAll(".", "\\.")}$`] }),
  ]);
  const all = new Map([...labelled, ...named].map((info) => [info.Id, info]));
  return [...all.values()].map((info) => observed(info, key));
}

function observed(info: Docker.ContainerInfo, key: string): ObservedContainer {
  const ours = info.Labels[LABEL.projectKey] === key;
  return {
    id: info.Id,
    name: (info.Names[0] ?? "").replace(/^\//, ""),
    state: stateOf(info.State),
    owner: ours
      ? {
          resource: info.Labels[LABEL.resource] ?? "",
          configHash: info.Labels[LABEL.config] ?? "",
          lifetime: lifetimeOf(info.Labels),
        }
      : null,
  };
}

export function lifetimeOf(labels: Readonly<Record<string, string>>): Lifetime {
  return labels[LABEL.lifetime] === "persistent" ? "persistent" : "run";
}

function stateOf(state: string): ObservedContainer["state"] {
  switch (state) {
    case "created":
    case "running":
    case "paused":
    case "restarting":
    case "removing":
    case "exited":
      return state;
    default:
      return "dead";
  }
}

/** Where the running containers of a project are published, by resource: port of the container → port of this machine. */
export async function publishedPorts(
  docker: Docker,
  project: Project,
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const found = await docker.listContainers({
    filters: { label: [`${LABEL.projectKey}=${projectKey(project)}`] },
  });
  return new Map(
    found.map(({ Labels, Ports }) => [
      Labels[LABEL.resource] ?? "",
      new Map(
        Ports.flatMap(({ PrivatePort, PublicPort }): (readonly [number, number])[] =>
          typeof PublicPort === "number" ? [[PrivatePort, PublicPort]] : [],
        ),
      ),
    ]),
  );
}
