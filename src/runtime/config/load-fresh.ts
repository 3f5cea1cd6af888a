import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { deepFreeze } from "../model/config/deep-freeze.ts";
import type { SerialisedError } from "../model/errors.ts";
import { reviveError } from "../model/errors.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { endsProcess, neverDone } from "./run-module.ts";

/** What the worker answers. */
export type FreshAnswer =
  | { readonly at: "loaded"; readonly loaded: LoadedConfig }
  | { readonly at: "failed"; readonly error: SerialisedError }
  /** A bug of ours, with its stack. */
  | { readonly at: "broken"; readonly stack: string };

/** A worker that has to be started, too, gets more than the config itself. */
const TIME_LIMIT_MS = 15_000;

export interface FreshOptions {
  /** What becomes of what the config prints. At a reload it is dropped: it was seen at the first load. */
  readonly printed?: "dropped" | "stderr";
}

/**
 * Loads a config as it is now, its imports included, however often this process loaded it before: in a worker, which
 * has a module graph of its own. One that never ends is ended.
 *
 * @throws AgentsError as `loadConfig` does.
 */
export async function loadFresh(
  file: string,
  { printed = "dropped" }: FreshOptions = {},
): Promise<LoadedConfig> {
  const worker = new Worker(new URL(import.meta.resolve("#config-worker")), {
    workerData: file,
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    if (printed === "stderr") stream.pipe(process.stderr, { end: false });
    else stream.resume();
  }
  const timer = setTimeout(() => void worker.terminate(), TIME_LIMIT_MS);
  const startedAt = performance.now();
  try {
    const answer = await answerOf(worker);
    if (answer === null) throw endedEarly(file, performance.now() - startedAt >= TIME_LIMIT_MS);
    return opened(answer);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** Null when the worker ended without a word: the config called process.exit, or was ended by the time limit. */
async function answerOf(worker: Worker): Promise<FreshAnswer | null> {
  const lost = new AbortController();
  try {
    return await Promise.race([
      once(worker, "message", { signal: lost.signal }).then(([answer]: FreshAnswer[]) => answer ?? null),
      once(worker, "exit", { signal: lost.signal }).then(() => null),
    ]);
  } finally {
    lost.abort();
  }
}

function opened(answer: FreshAnswer): LoadedConfig {
  switch (answer.at) {
    case "loaded":
      return deepFreeze(answer.loaded); // a copy that came through a channel is not frozen any more
    case "failed":
      throw reviveError(answer.error);
    case "broken":
      throw Object.assign(new Error("the config loader failed"), { stack: answer.stack });
    default:
      return answer satisfies never;
  }
}

function endedEarly(file: string, late: boolean): Error {
  return late ? neverDone(file) : endsProcess(file);
}
