import type Docker from "dockerode";
import { AgentsError } from "../../model/errors.ts";
import type { ContainerOwner } from "./create-options.ts";
import { createOptions } from "./create-options.ts";
import type { ContainerDefinition } from "./definition.ts";
import { projectLabels, projectPrefix, volumeName } from "./identity.ts";
import { isNotFound, statusOf } from "./docker-failure.ts";
import type { ContainerPlan } from "./plan.ts";
import { removeContainer } from "./remove-container.ts";
import { LABEL } from "./identity.ts";
import { tarOf } from "./tar.ts";

/** A container that is there, and what there is to be done with it. */
export interface Prepared {
  readonly container: Docker.Container;
  readonly isNew: boolean;
  readonly mustStart: boolean;
}

/** Does what was planned, up to but without the start; decides nothing. What it makes is given back if it is aborted. */
export async function execute(
  docker: Docker,
  plan: ContainerPlan,
  definition: ContainerDefinition,
  owner: ContainerOwner,
  signal: AbortSignal,
): Promise<Prepared> {
  switch (plan.do) {
    case "refuse":
      throw nameTaken(plan.name, owner);
    case "take-over":
    case "start":
      await removeAll(docker, plan.remove);
      await ensureNetwork(docker, owner);
      return { container: docker.getContainer(plan.id), isNew: false, mustStart: plan.do === "start" };
    case "create":
    case "replace": {
      await removeAll(docker, plan.remove);
      await ensureNetwork(docker, owner);
      await ensureVolumes(docker, definition, owner);
      signal.throwIfAborted();
      const container = await docker.createContainer(createOptions(definition, owner));
      try {
        if (definition.files.length > 0) await container.putArchive(tarOf(definition.files), { path: "/" });
        signal.throwIfAborted();
      } catch (error) {
        await removeContainer(container);
        throw error;
      }
      return { container, isNew: true, mustStart: true };
    }
    default:
      return plan satisfies never;
  }
}

async function removeAll(docker: Docker, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => removeContainer(docker.getContainer(id))));
}

/** Docker allows several networks of one name, of which it then uses none: two starts at once must make one. */
const beingMade = new Map<string, Promise<void>>();

function ensureNetwork(docker: Docker, { project, runId }: ContainerOwner): Promise<void> {
  const name = projectPrefix(project);
  const known = beingMade.get(name);
  if (known !== undefined) return known;
  const making = makeNetwork(docker, name, { ...projectLabels(project), [LABEL.run]: runId }).finally(() =>
    beingMade.delete(name),
  );
  beingMade.set(name, making);
  return making;
}

async function makeNetwork(docker: Docker, name: string, labels: Record<string, string>): Promise<void> {
  try {
    await docker.getNetwork(name).inspect();
    return;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    await docker.createNetwork({ Name: name, CheckDuplicate: true, Labels: labels });
  } catch (error) {
    // Made meanwhile.
    if (statusOf(error) !== 409) throw error;
  }
}

/** Named volumes are made beforehand, so that they carry the labels by which `down -v` finds them. */
async function ensureVolumes(
  docker: Docker,
  definition: ContainerDefinition,
  { project, resource }: ContainerOwner,
): Promise<void> {
  await Promise.all(
    definition.volumes.map(async (volume) => {
      if (!("name" in volume)) return;
      await docker.createVolume({
        Name: volumeName(project, resource, volume.name),
        Labels: { ...projectLabels(project), [LABEL.resource]: resource },
      });
    }),
  );
}

function nameTaken(name: string, { resource }: ContainerOwner): AgentsError {
  return new AgentsError(
    "AGENTS_CONTAINER_FAILED",
    `${resource} cannot start: another container is called ${name}, and agents did not make it.`,
    {
      path: resource,
      found: name,
      hint: `Remove or rename it: docker rename ${name} ${name}-old`,
    },
  );
}
