import { basename } from "node:path";
import { watch } from "chokidar";
import type { PromptFolder } from "./prompt-folder.ts";
import { parseFileName } from "./prompt-name.ts";

/** Reads prompts again as they are saved, so that a mistake is reported at once. Ends when it is closed. */
export function watchPrompts(folder: string, prompts: PromptFolder): { close(): Promise<void> } {
  const watcher = watch(folder, {
    ignoreInitial: true,
    depth: 0,
    awaitWriteFinish: { stabilityThreshold: 30, pollInterval: 10 },
  });
  const changed = (file: string): void => {
    if (parseFileName(basename(file)) === null) return;
    prompts.refresh(basename(file)).catch(() => undefined); // unreadable: the next use reports it
  };
  watcher.on("add", changed).on("change", changed).on("unlink", changed);
  return watcher;
}
