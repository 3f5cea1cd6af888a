import type { Test } from "tap";
import { ContainerHost } from "../../../src/runtime/resources/container/container-host.ts";
import type {
  ContainerHostOptions,
  HostedContainer,
} from "../../../src/runtime/resources/container/container-host.ts";
import type { ContainerResource } from "../../../src/runtime/resources/container/container-resource.ts";
import type {
  ContainerDefinition,
  ContainerInput,
} from "../../../src/runtime/resources/container/definition.ts";
import { container } from "../../../src/runtime/resources/container/definition.ts";
import type { ContainerNotice } from "../../../src/runtime/resources/container/docker-link.ts";
import type { Project } from "../../../src/runtime/resources/container/identity.ts";
import { LABEL, projectKey } from "../../../src/runtime/resources/container/identity.ts";
import { removeProjectContainers, removeVolumes } from "../../../src/runtime/resources/container/volumes.ts";
import type { TestDocker } from "../../helpers/docker.ts";
import { TOOLS } from "../../helpers/images.ts";

/** A signal that never aborts. */
export const NEVER: AbortSignal = new AbortController().signal;

let count = 0;

/** A project that no other test has. */
export function someProject(name = "test"): Project {
  count += 1;
  return { name, root: `/nowhere/${process.pid}-${Date.now()}-${count}` };
}

export interface TestHost {
  readonly host: ContainerHost;
  readonly project: Project;
  readonly notices: ContainerNotice[];
  /** Resolves once a notice says this. */
  readonly noticed: (pattern: RegExp) => Promise<ContainerNotice>;
}

/** A run's host; the test leaves nothing of its project in Docker. */
export async function openHost(
  t: Test,
  { docker, environment }: TestDocker,
  options: Partial<ContainerHostOptions> = {},
): Promise<TestHost> {
  const project = options.project ?? someProject();
  const notices: ContainerNotice[] = [];
  const waiting = new Set<() => void>();
  const host = await ContainerHost.open({
    project,
    runId: `run-${process.pid}-${(count += 1)}`,
    environment,
    onNotice: (notice) => {
      notices.push(notice);
      for (const look of waiting) look();
    },
    ...options,
  });
  t.teardown(async () => {
    await host.close({ removePersistent: true });
    await removeProjectContainers(docker, project, { persistent: true });
    await removeVolumes(docker, project);
  });
  const noticed = (pattern: RegExp): Promise<ContainerNotice> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = notices.find(({ text }) => pattern.test(text));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { host, project, notices, noticed };
}

/** What a container has written so far. */
export class Output {
  stdout = "";
  stderr = "";
  readonly #waiting = new Set<() => void>();

  readonly onOutput = (stream: "stdout" | "stderr", chunk: Buffer): void => {
    this[stream] += chunk.toString();
    for (const look of this.#waiting) look();
  };

  get lines(): readonly string[] {
    return this.stdout.split("\n").slice(0, -1);
  }

  /** Resolves once what was written to stdout matches. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(this.stdout)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** A container that runs a line of shell. */
export function shell(script: string, more: Partial<ContainerInput> = {}): ContainerDefinition {
  return container({
    image: TOOLS,
    command: ["sh", "-c", script],
    health: { by: "none" },
    stopTimeoutMs: 5_000,
    ...more,
  });
}

/** One that lives until it is asked to end. */
export const WAITS = 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done';

export function resourceOf(
  { host }: TestHost,
  definition: ContainerDefinition,
  more: Partial<HostedContainer> = {},
): { readonly resource: ContainerResource; readonly output: Output } {
  const output = new Output();
  const resource = host.resource({ name: "thing", definition, onOutput: output.onOutput, ...more });
  return { resource, output };
}

/** The project's containers, running or not. */
export async function containersOf(
  { docker }: TestDocker,
  project: Project,
): Promise<readonly { readonly id: string; readonly name: string; readonly state: string }[]> {
  const label = [`${LABEL.projectKey}=${projectKey(project)}`];
  const found = await docker.listContainers({ all: true, filters: { label } });
  return found.map(({ Id, Names, State }) => ({ id: Id, name: Names[0]?.slice(1) ?? "", state: State }));
}

/** Resolves once it is ready, or fails with what is missing. */
export async function ready(
  resource: ContainerResource,
  { onWhy, limitMs = 20_000 }: { readonly onWhy?: (why: string) => void; readonly limitMs?: number } = {},
): Promise<void> {
  let why = "";
  const limit = AbortSignal.timeout(limitMs);
  await resource.readiness.untilReady(limit, (text) => {
    why = text;
    onWhy?.(text);
  });
  if (limit.aborted) throw new Error(`${resource.name} is not ready after ${limitMs} ms: it ${why}`);
}
