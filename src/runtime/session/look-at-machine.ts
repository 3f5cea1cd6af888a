import { AgentsError } from "../model/errors.ts";
import type { DaprdFact, DockerFact, Given, ImageFact } from "../plan/machine.ts";
import type { Containers } from "./containers.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Servers that the environment of `agents up` names. */
export function givenServers(env: Environment): Given {
  const named = (variable: string): string | null => {
    const value = env[variable];
    return value === undefined || value === "" ? null : value;
  };
  return {
    redis: named("AGENTS_REDIS_URL"),
    sqlserver: named("AGENTS_SQLSERVER_URL"),
    ollama: named("AGENTS_OLLAMA_URL"),
  };
}

/** An image, and the first who needs it. */
export interface WantedImage {
  readonly image: string;
  readonly resource: string;
}

/**
 * Looks for a Docker that can be used. `askRegistry`: also whether images that are not here can be pulled, which takes a
 * moment where there is no network.
 */
export async function lookForDocker(
  open: () => Promise<Containers>,
  images: readonly WantedImage[],
  askRegistry: boolean,
): Promise<{ readonly fact: DockerFact; readonly containers: Containers | null }> {
  let containers: Containers;
  try {
    containers = await open();
  } catch (error) {
    if (error instanceof AgentsError) return { fact: { at: "closed", error }, containers: null };
    throw error;
  }
  try {
    const { version, architecture } = containers.host;
    const known = askRegistry
      ? await Promise.all(
          images.map(
            async ({ image, resource }) => [image, await imageFact(containers, image, resource)] as const,
          ),
        )
      : [];
    return { fact: { at: "answers", version, architecture, images: Object.fromEntries(known) }, containers };
  } catch (error) {
    containers.letGo();
    throw error;
  }
}

async function imageFact({ host }: Containers, image: string, resource: string): Promise<ImageFact> {
  try {
    return { at: await host.lookForImage(resource, image, new AbortController().signal) };
  } catch (error) {
    if (error instanceof AgentsError) return { at: "unavailable", error };
    throw error;
  }
}

const NO_DAPRD = { at: "missing", image: null, obstacle: null, named: false } as const;

/** Looks for a daprd: it is asked for its version, which starts it once. */
export async function lookForDaprd(
  env: Environment,
  cwd: string,
): Promise<Extract<DaprdFact, { readonly at: "found" | "missing" }>> {
  const [{ findDaprd }, { homedir }] = await Promise.all([
    import("../resources/sidecar/daprd/find-daprd.ts"),
    import("node:os"),
  ]);
  const found = await findDaprd({ env, home: homedir(), cwd });
  switch (found.at) {
    case "found":
      return { at: "found", path: found.path, version: found.version };
    case "unusable":
      return { ...NO_DAPRD, why: `${found.path} ${found.why}`, named: found.named };
    case "missing":
      return { ...NO_DAPRD, why: "there is no daprd on the PATH or in ~/.dapr/bin" };
    default:
      return found satisfies never;
  }
}
