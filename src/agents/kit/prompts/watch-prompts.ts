import { basename } from "node:path";
import { watch } from "chokidar";
import type { PromptFolder } from "./prompt-folder.ts";

/** Reads prompts again as they are saved, so that a mistake is reported at once. Ends when it is closed. */
export function watchPrompts(folder: string, prompts: PromptFolder): { close(): Promise<void> } {
  const watcher = watch(folder, {
    ignoreInitial: true,
    depth: 0,
    awaitWriteFinish: { stabilityThreshold: 30, pollInterval: 10 },
  });
  const changed = (file: string): void => {
    if (!/\.ya?ml$/.test(file)) return;
    prompts.refresh(basename(file).replace(/\.ya?ml$/, "")).catch(() => undefined); // unreadable: the next use reports it
  };
  watcher.on("add", changed).on("change", changed);
  return watcher;
}
