import { join } from "node:path";
import { readJsonFile } from "../control/json-file.ts";
import { stateDirOf } from "../control/state-dir.ts";
import { DOCKER_NOTE } from "./docker-note.ts";

/** What of a project was removed from Docker. */
export interface RemovedFromDocker {
  /** Names of the resources whose containers were left. */
  readonly containers: readonly string[];
  /** Names of volumes. */
  readonly volumes: readonly string[];
}

const NOTHING: RemovedFromDocker = { containers: [], volumes: [] };

/**
 * Removes what a project that does not run has left in Docker: containers of a run that was killed together with its watchdog,
 * those meant to stay until `down`, and with `volumes` its data. Docker is looked for only where the project ever had something
 * in it.
 *
 * @throws AgentsError where Docker cannot be reached: then nothing is known of what is left.
 */
export async function removeFromDocker(
  root: string,
  { volumes }: { readonly volumes: boolean },
): Promise<RemovedFromDocker> {
  const project = noted(root);
  if (project === null) return NOTHING;
  const [{ connectDocker }, { removeProjectContainers, removeVolumes }] = await Promise.all([
    import("../resources/container/docker.ts"),
    import("../resources/container/volumes.ts"),
  ]);
  using connection = await connectDocker();
  const { docker } = connection;
  const containers = await removeProjectContainers(docker, { name: project, root }, { persistent: true });
  const removed = volumes ? await removeVolumes(docker, { name: project, root }) : [];
  return { containers, volumes: removed.map(({ name }) => name) };
}

/** The name of the project, where it had something in Docker. */
function noted(root: string): string | null {
  const note = readJsonFile(join(stateDirOf(root), DOCKER_NOTE));
  return typeof note === "object" && note !== null && "project" in note && typeof note.project === "string"
    ? note.project
    : null;
}
