import type { ResolvedConfig } from "../model/resolved.ts";
import type { Progress } from "../model/snapshot.ts";
import { BUILD } from "../plan/build.ts";
import { imagesAskedFor } from "../plan/asks.ts";
import { couldHaveDaprd } from "../plan/sidecar-choice.ts";
import { calmProgress } from "./calm-progress.ts";
import { daprdImage } from "./daprd-image.ts";
import { givenServers, lookForDaprd } from "./look-at-machine.ts";
import { wantedImages } from "./plan-run.ts";

/** What becomes of one image. */
export interface PulledImage {
  readonly resource: string;
  readonly image: string;
  /** False: it was here already. */
  readonly pulled: boolean;
}

export interface PullImagesOptions {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: (resource: string, progress: Progress) => void;
  readonly onImage: (image: PulledImage) => void;
}

/**
 * Fetches every image that `agents up` may run for this config, one after the other, as each takes all of the line there is.
 *
 * @throws AgentsError where there is no Docker, or an image cannot be had; those before it stay.
 */
export async function pullImages(options: PullImagesOptions): Promise<readonly PulledImage[]> {
  const { config, env, signal, onProgress, onImage } = options;
  const given = givenServers(env);
  const asked = imagesAskedFor({
    config,
    mode: "containers",
    kept: {},
    given,
    build: BUILD,
    sampleOnly: false,
  });
  const images = wantedImages(config, asked);
  if (couldHaveDaprd(config) && (await lookForDaprd(env, config.root)).at === "missing")
    images.push({ image: daprdImage(env), resource: "daprd" });
  if (images.length === 0) return [];
  const [{ connectDocker }, { ensureImage }] = await Promise.all([
    import("../resources/container/docker.ts"),
    import("../resources/container/pull.ts"),
  ]);
  using connection = await connectDocker(signal);
  const done: PulledImage[] = [];
  for (const { image, resource } of images) {
    const tell = calmProgress((progress) => {
      if (progress !== null) onProgress(resource, progress);
    });
    const pulled = await ensureImage(connection.docker, image, { resource, signal, onProgress: tell });
    const one = { resource, image, pulled };
    onImage(one);
    done.push(one);
  }
  return done;
}
