import type Docker from "dockerode";
import { dockerFailure, isNotFound } from "./docker-failure.ts";
import type { Project } from "./identity.ts";
import { LABEL, projectKey, projectPrefix } from "./identity.ts";
import { lifetimeOf } from "./observe.ts";
import { removeContainer } from "./remove-container.ts";

const NONE: ReadonlySet<string> = new Set();

/** A named volume of a project. */
export interface ProjectVolume {
  readonly name: string;
  readonly resource: string;
  /** When it was made, as Docker writes it. */
  readonly createdAt: string | null;
}

/** The volumes of a project: what `down` keeps and `down -v` removes. */
export async function listVolumes(docker: Docker, project: Project): Promise<readonly ProjectVolume[]> {
  const { Volumes } = await docker.listVolumes({
    filters: { label: [`${LABEL.projectKey}=${projectKey(project)}`] },
  });
  return (Volumes ?? [])
    .map((volume) => ({
      name: volume.Name,
      resource: volume.Labels?.[LABEL.resource] ?? "",
      createdAt: "CreatedAt" in volume && typeof volume.CreatedAt === "string" ? volume.CreatedAt : null,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Removes the project's volumes with all that is in them, and answers which. Its containers must be gone. */
export async function removeVolumes(docker: Docker, project: Project): Promise<readonly ProjectVolume[]> {
  const volumes = await listVolumes(docker, project);
  for (const { name } of volumes) {
    try {
      await docker.getVolume(name).remove();
    } catch (error) {
      if (!isNotFound(error)) throw dockerFailure(`${name} cannot be removed`, error);
    }
  }
  return volumes;
}

/**
 * Removes the containers of a project, whatever run they are of, and its network once it has none; answers with the resources
 * they were of. Without `persistent`, those meant to stay until `down` stay; those of the resources in `keep` stay always.
 */
export async function removeProjectContainers(
  docker: Docker,
  project: Project,
  { persistent, keep = NONE }: { readonly persistent: boolean; readonly keep?: ReadonlySet<string> },
): Promise<readonly string[]> {
  const label = [`${LABEL.projectKey}=${projectKey(project)}`];
  const all = await docker.listContainers({ all: true, filters: { label } });
  const going = all
    .filter(({ Labels }) => persistent || lifetimeOf(Labels) === "run")
    .filter(({ Labels }) => !keep.has(Labels[LABEL.resource] ?? ""));
  try {
    await Promise.all(going.map(({ Id }) => removeContainer(docker.getContainer(Id))));
    if (going.length === all.length) await removeNetwork(docker, project);
  } catch (error) {
    throw dockerFailure(`${project.name} cannot remove its containers`, error);
  }
  return going.map(({ Labels }) => Labels[LABEL.resource] ?? "").toSorted();
}

async function removeNetwork(docker: Docker, project: Project): Promise<void> {
  const name = projectPrefix(project);
  const found = await docker.listNetworks({
    filters: { label: [`${LABEL.projectKey}=${projectKey(project)}`] },
  });
  for (const { Id, Name } of found) {
    if (Name !== name) continue;
    try {
      await docker.getNetwork(Id).remove();
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
