import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { projectKey } from "../../src/runtime/resources/container/identity.ts";
import { findWatchdog } from "../../src/runtime/resources/process/marker.ts";
import type { TestDocker } from "./docker.ts";
import type { Project } from "./system.ts";
import { fixtureProject, pick, resourceOf } from "./system.ts";

/** A project that is led to a Docker of the test, and to nothing else of this machine. */
export function containerProject(
  t: Test,
  { environment }: TestDocker,
  config: Record<string, unknown>,
): Project {
  const project = fixtureProject(
    t,
    {},
    { DOCKER_HOST: environment.env["DOCKER_HOST"], HOME: environment.home },
  );
  project.write({ "agents.config.json": JSON.stringify({ name: "contained", ...config }) });
  return project;
}

export function portOf(run: unknown, name: string): number {
  return Number(pick(resourceOf(run, name), "port"));
}

export async function containersOf({ root }: Project, { docker }: TestDocker, resource?: string) {
  const label = [`agents-apphost.project-key=${projectKey({ name: "contained", root })}`];
  const all = await docker.listContainers({ all: true, filters: { label } });
  return all.filter(({ Labels }) => resource === undefined || Labels["agents-apphost.resource"] === resource);
}

export async function volumesOf({ root }: Project, { docker }: TestDocker) {
  const label = [`agents-apphost.project-key=${projectKey({ name: "contained", root })}`];
  const { Volumes } = await docker.listVolumes({ filters: { label } });
  return Volumes ?? [];
}

/** So that nobody removes what a killed orchestrator leaves. */
export function killWatchdog({ root }: Project): void {
  const { runId } = JSON.parse(readFileSync(join(root, ".agents/run.json"), "utf8"));
  const pid = findWatchdog(String(runId));
  if (pid === null) throw new Error("the run has no watchdog");
  process.kill(pid, "SIGKILL");
}
