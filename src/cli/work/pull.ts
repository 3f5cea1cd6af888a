import { loadConfig } from "../../runtime/config/load.ts";
import { pullImages } from "../../runtime/session/pull-images.ts";
import type { Context } from "../context.ts";
import { progressText } from "../render/progress-text.ts";
import { counted } from "../render/units.ts";

/** `agents pull`: the images of the config, each with one line that moves on a terminal. */
export async function pull({ out, place, signal }: Context): Promise<void> {
  const { config } = await loadConfig(place);
  const images = await pullImages({
    config,
    env: process.env,
    signal,
    onProgress: (resource, progress) => {
      if (out.json) out.record({ type: "progress", resource, ...progress });
      else out.status(`${resource}: ${progressText(progress)}`);
    },
    onImage: (image) => {
      if (out.json) out.record({ type: "image", ...image });
      else out.line(`${image.resource}: ${image.image} ${image.pulled ? "pulled" : "is here already"}`);
    },
  });
  if (images.length === 0) out.line("nothing of this config runs as a container");
  else
    out.line(out.style.dim(`${counted(images.length, "image")} here; agents up starts without a download`));
}
