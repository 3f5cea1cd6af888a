import { parentPort, workerData } from "node:worker_threads";
import { AgentsError } from "../model/errors.ts";
import type { FreshAnswer } from "./load-fresh.ts";
import { loadFile } from "./load.ts";

const file: unknown = workerData; // given by load-fresh.ts

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of worker_threads has no origin
parentPort?.postMessage(await answer());

async function answer(): Promise<FreshAnswer> {
  try {
    return { at: "loaded", loaded: await loadFile(String(file)) };
  } catch (error) {
    if (error instanceof AgentsError) return { at: "failed", error: error.toJSON() };
    return { at: "broken", stack: error instanceof Error ? String(error.stack) : String(error) };
  }
}
