import { join } from "node:path";
import type Docker from "dockerode";
import type { Progress } from "../../model/snapshot.ts";
import { abortable } from "./abortable.ts";
import type { DockerEnvironment } from "./docker-address.ts";
import { configFolder, field, hostEnvironment, readJson } from "./docker-address.ts";
import { isNotFound, pullFailure } from "./docker-failure.ts";
import { fullImageName, isImageName, registryOf } from "./image-name.ts";
import { parseJsonLines } from "./json-lines.ts";
import type { PullMessage } from "./pull-progress.ts";
import { PullProgress } from "./pull-progress.ts";

export interface PullOptions {
  /** Who needs it, for errors. */
  readonly resource: string;
  readonly signal: AbortSignal;
  /** Told only while bytes arrive: an image that is there tells nothing. */
  readonly onProgress?: (progress: Progress) => void;
  readonly environment?: DockerEnvironment;
}

/**
 * Makes sure that an image is on this machine, by the tag or digest as it was asked for. Answers whether it had to be
 * pulled. Aborted, it stops the download; the layers that were complete stay.
 */
export async function ensureImage(docker: Docker, image: string, options: PullOptions): Promise<boolean> {
  const { resource, signal } = options;
  const name = fullImageName(image);
  signal.throwIfAborted();
  try {
    if (!isImageName(name)) throw new Error(`invalid reference format: ${name}`);
    if (await hasImage(docker, name, signal)) return false;
    await pull(docker, name, options);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    throw pullFailure(resource, image, error);
  }
}

export async function hasImage(docker: Docker, image: string, signal: AbortSignal): Promise<boolean> {
  // A hostile name would be a path of Docker's API.
  if (!isImageName(fullImageName(image))) return false;
  try {
    await abortable(docker.getImage(fullImageName(image)).inspect(), signal);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** A registry that does not answer in this time is as good as none. */
const REGISTRY_MS = 5_000;

/**
 * Whether an image is here, or its registry has it: asked for its manifest only, nothing is fetched.
 *
 * @throws AgentsError AGENTS_IMAGE_UNAVAILABLE where it can be had in neither way.
 */
export async function lookForImage(
  docker: Docker,
  image: string,
  { resource, signal, environment = hostEnvironment() }: PullOptions,
): Promise<"here" | "pullable"> {
  const name = fullImageName(image);
  try {
    if (!isImageName(name)) throw new Error(`invalid reference format: ${name}`);
    if (await hasImage(docker, name, signal)) return "here";
    const authconfig = credentialsFor(name, environment);
    const asked = docker.getImage(name).distribution(authconfig === null ? {} : { authconfig });
    asked.catch(() => undefined); // it may answer after we no longer wait
    await abortable(asked, AbortSignal.any([signal, AbortSignal.timeout(REGISTRY_MS)]));
    return "pullable";
  } catch (error) {
    signal.throwIfAborted();
    const late = error instanceof Error && error.name === "TimeoutError";
    throw pullFailure(resource, image, late ? new Error("context deadline exceeded") : error);
  }
}

async function pull(docker: Docker, name: string, options: PullOptions): Promise<void> {
  const { signal, onProgress, environment = hostEnvironment() } = options;
  const authconfig = credentialsFor(name, environment);
  const stream = await docker.pull(name, {
    abortSignal: signal,
    ...(authconfig === null ? {} : { authconfig }),
  });
  const progress = new PullProgress(name);
  // The whole stream: an image is there only once Docker has said all it has to say.
  for await (const message of parseJsonLines<PullMessage>(stream)) {
    if (message.error !== undefined) throw new Error(message.error);
    if (progress.take(message)) onProgress?.(progress.view);
  }
}

/**
 * What `docker login` stored in its config file. Credentials kept by a helper program are not asked for: such an image is
 * pulled by hand once.
 */
function credentialsFor(
  image: string,
  environment: DockerEnvironment,
): { readonly username: string; readonly password: string; readonly serveraddress: string } | null {
  const registry = registryOf(image);
  const auths = field(readJson(join(configFolder(environment), "config.json")), "auths");
  const auth = field(field(auths, registry), "auth") ?? field(field(auths, `https://${registry}`), "auth");
  if (typeof auth !== "string" || auth === "") return null;
  const [username = "", ...rest] = Buffer.from(auth, "base64").toString("utf8").split(":");
  return { username, password: rest.join(":"), serveraddress: registry };
}
