import { loadConfig } from "../../runtime/config/load.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { Progress } from "../../runtime/model/snapshot.ts";
import type { PulledImage } from "../../runtime/session/pull-images.ts";
import { pullImages } from "../../runtime/session/pull-images.ts";
import { pullModels } from "../../runtime/session/pull-models.ts";
import type { Context } from "../context.ts";
import { progressText } from "../render/progress-text.ts";
import { counted } from "../render/units.ts";

/** `agents pull`: the images and models of the config, each with one line that moves on a terminal. */
export async function pull({ out, place, signal }: Context): Promise<void> {
  const { config } = await loadConfig(place);
  const onProgress = (resource: string, progress: Progress): void => {
    if (out.json) out.record({ type: "progress", resource, ...progress });
    else out.status(`${resource}: ${progressText(progress)}`);
  };
  const tell = (what: { readonly resource: string; readonly pulled: boolean }, name: string): void =>
    out.line(`${what.resource}: ${name} ${what.pulled ? "pulled" : "is here already"}`);
  const options = { config, env: process.env, signal, onProgress };
  const { images, noDocker } = await whereDockerIs(
    pullImages({
      ...options,
      onImage: (image) => (out.json ? out.record({ type: "image", ...image }) : tell(image, image.image)),
    }),
  );
  const models = await pullModels({
    ...options,
    onModel: (model) => (out.json ? out.record({ type: "model", ...model }) : tell(model, model.model)),
  });
  if (noDocker !== null && models.length === 0) throw noDocker;
  if (out.json) return;
  if (noDocker !== null) out.note(`No image was fetched: ${noDocker.message}`);
  if (images.length + models.length === 0) out.line("nothing of this config has to be fetched");
  else {
    const what = [
      ...(images.length === 0 ? [] : [counted(images.length, "image")]),
      ...(models.length === 0 ? [] : [counted(models.length, "model")]),
    ];
    out.line(out.style.dim(`${what.join(" and ")} here; agents up starts without a download`));
  }
}

/** That there is no Docker is told last: an Ollama of this machine has its models all the same. */
async function whereDockerIs(
  pulling: Promise<readonly PulledImage[]>,
): Promise<{ readonly images: readonly PulledImage[]; readonly noDocker: AgentsError | null }> {
  try {
    return { images: await pulling, noDocker: null };
  } catch (error) {
    if (error instanceof AgentsError && error.code.startsWith("AGENTS_DOCKER_"))
      return { images: [], noDocker: error };
    throw error;
  }
}
