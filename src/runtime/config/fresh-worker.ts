import { parentPort, workerData } from "node:worker_threads";
import { AgentsError } from "../model/errors.ts";
import type { FreshAnswer } from "./load-fresh.ts";
import { loadFile } from "./load.ts";

const { file } = workerData as { readonly file: string }; // given by load-fresh.ts

parentPort?.postMessage(await answer());

async function answer(): Promise<FreshAnswer> {
  try {
    return { at: "loaded", loaded: await loadFile(file) };
  } catch (error) {
    if (error instanceof AgentsError) return { at: "failed", error: error.toJSON() };
    return { at: "broken", stack: error instanceof Error ? String(error.stack) : String(error) };
  }
}
