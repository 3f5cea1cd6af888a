import { createHash } from "node:crypto";
import type { Lifetime } from "../../model/resolved.ts";

/** A project as Docker knows it: its name, and the folder of its config, of which there is one run at a time. */
export interface Project {
  readonly name: string;
  /** Absolute folder of the config. */
  readonly root: string;
}

/** What our containers, volumes and networks are found by. `run` and `lifetime` are also read by the watchdog. */
export const LABEL = {
  project: "agents-apphost.project",
  /** Two folders may hold projects of one name. */
  projectKey: "agents-apphost.project-key",
  run: "agents-apphost.run",
  resource: "agents-apphost.resource",
  config: "agents-apphost.config",
  lifetime: "agents-apphost.lifetime",
} as const;

export type { Lifetime };

export function projectKey({ root }: Project): string {
  return digest(root).slice(0, 10);
}

/** The name of the project's network, and the first part of the name of everything else it has in Docker. */
export function projectPrefix(project: Project): string {
  return `${safe(project.name)}-${projectKey(project)}`;
}

export function containerName(project: Project, resource: string): string {
  return `${projectPrefix(project)}-${safe(resource)}`;
}

export function volumeName(project: Project, resource: string, volume: string): string {
  return `${containerName(project, resource)}-${safe(volume)}`;
}

/** A DNS label by which the other containers of the project find this one. */
export function networkAlias(name: string): string {
  return safe(name);
}

/** Labels of everything that belongs to the project. */
export function projectLabels(project: Project): Record<string, string> {
  return { [LABEL.project]: project.name, [LABEL.projectKey]: projectKey(project) };
}

/** The longest part of a name: three of them and a key still make a name that tables and tools can show. */
const LONGEST = 40;

/**
 * Docker's names are `[a-zA-Z0-9][a-zA-Z0-9_.-]*`, a DNS label is stricter still. What does not fit is replaced, and then a
 * few digits of the original keep two such names apart.
 */
function safe(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "");
  const short = plain.slice(0, LONGEST).replace(/-+$/, "");
  return short === name && name !== "" ? name : `${short === "" ? "x" : short}-${digest(name).slice(0, 6)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
