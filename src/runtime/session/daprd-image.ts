import { AgentsError } from "../model/errors.ts";
import type { Build } from "../plan/build.ts";
import type { DaprdFact } from "../plan/machine.ts";
import type { Mode } from "../plan/mode.ts";
import { canRun } from "../plan/obstacles.ts";
import type { Containers } from "./containers.ts";
import { lookForDaprd } from "./look-at-machine.ts";

/** The version that the embedded sidecar is compared with. */
const DAPRD_IMAGE = "daprio/daprd:1.18.1";

/** The image of daprd's container: Dapr's own, or the one that AGENTS_DAPRD_IMAGE names, in a registry of one's own. */
export function daprdImage(env: Readonly<Record<string, string | undefined>>): string {
  const named = env["AGENTS_DAPRD_IMAGE"];
  return named === undefined || named === "" ? DAPRD_IMAGE : named;
}

export interface AnyDaprdInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute folder of the project. */
  readonly root: string;
  readonly mode: Mode;
  readonly build: Build;
  /** Gives the run's Docker; null where it is known that none can be used. */
  readonly open: (() => Promise<Containers>) | null;
}

/** Looks for a daprd to start: a binary, else its container. One that AGENTS_DAPRD names is the only one that counts. */
export async function lookForAnyDaprd({ env, root, mode, build, open }: AnyDaprdInput): Promise<DaprdFact> {
  const found = await lookForDaprd(env, root);
  if (found.at !== "missing") return found;
  const missing = found;
  if (found.named || open === null || !canRun(build["daprd-container"], mode === "containers"))
    return missing;
  let containers: Containers;
  try {
    containers = await open();
  } catch (error) {
    if (error instanceof AgentsError) return missing; // a machine without Docker is nothing unusual
    throw error;
  }
  return { ...missing, ...(await lookForImageOfDaprd(containers, daprdImage(env), mode !== "containers")) };
}

/** Whether the container can be had where there is no binary. `askRegistry`: also where its image is not here. */
async function lookForImageOfDaprd(
  { host }: Containers,
  image: string,
  askRegistry: boolean,
): Promise<Pick<Extract<DaprdFact, { readonly at: "missing" }>, "image" | "obstacle">> {
  if (!host.sharesNetwork)
    return {
      image: null,
      obstacle: `its container needs the network of this machine, which the Docker at ${host.where} does not share`,
    };
  if (!askRegistry) return { image, obstacle: null };
  try {
    await host.lookForImage("daprd", image, new AbortController().signal);
    return { image, obstacle: null };
  } catch (error) {
    if (!(error instanceof AgentsError)) throw error;
    const why = error.message.replace(/\.$/u, "");
    return { image: null, obstacle: `${why.slice(0, 1).toLowerCase()}${why.slice(1)}` };
  }
}
