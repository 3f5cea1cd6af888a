import { parentPort, workerData } from "node:worker_threads";
import { AgentsError } from "../model/errors.ts";
import type { FreshAnswer } from "./load-fresh.ts";
import { loadFile } from "./load.ts";

const file: unknown = workerData; // given by load-fresh.ts

const told = await answer();
// What it printed has arrived before the answer does: after that this thread is ended.
await new Promise<void>((resolve) => process.stderr.write("", () => resolve()));
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of worker_threads has no origin
parentPort?.postMessage(told);

async function answer(): Promise<FreshAnswer> {
  try {
    return { at: "loaded", loaded: await loadFile(String(file)) };
  } catch (error) {
    if (error instanceof AgentsError) return { at: "failed", error: error.toJSON() };
    return { at: "broken", stack: error instanceof Error ? String(error.stack) : String(error) };
  }
}
