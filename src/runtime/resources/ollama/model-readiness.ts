import { setTimeout as sleep } from "node:timers/promises";
import { hasModel } from "../../model/model-name.ts";
import type { Progress } from "../../model/snapshot.ts";
import { modelUnavailable } from "./model-unavailable.ts";
import { probeOllama } from "./probe.ts";
import { PullFailed, pullModel } from "./pull-model.ts";

/** What both kinds of readiness (of a process, of a container) have in common. */
interface Ready<Change> {
  untilReady(signal: AbortSignal, onWhy: (why: string) => void): Promise<void>;
  watch(signal: AbortSignal, onChange: (change: Change) => void): void;
}

export interface ModelsWanted {
  /** As it is called in the config. */
  readonly resource: string;
  readonly url: string;
  readonly models: readonly string[];
  /** What is pulled; null when that is over. */
  readonly onProgress: (progress: Progress | null) => void;
  /**
   * Told why a model cannot be had: then the Ollama counts as ready without it. Null: nothing is ready before,
   * and what may come later is tried again and again.
   */
  readonly giveUp: ((why: string) => void) | null;
  /** Told what answers, once it does; absent: it is known. */
  readonly onVersion?: (version: string) => void;
  readonly firstDelayMs?: number;
}

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
/** So often in a row without a byte, and there is no network. */
const FRUITLESS = 3;

/**
 * An Ollama is ready when it answers and has its models: those that it lacks are pulled. Its `untilReady` rejects with
 * AGENTS_MODEL_UNAVAILABLE for one that does not exist, where that may not be given up.
 */
export function readyWithModels<Change>(ready: Ready<Change>, wanted: ModelsWanted): Ready<Change> {
  return {
    untilReady: async (signal, onWhy) => {
      await ready.untilReady(signal, onWhy);
      if (wanted.onVersion !== undefined && !signal.aborted) {
        const facts = await probeOllama(wanted.url, 5000);
        if (facts !== null) wanted.onVersion(facts.version);
      }
      for (const model of wanted.models) if (!signal.aborted) await have(model, wanted, signal, onWhy);
    },
    watch: (signal, onChange) => ready.watch(signal, onChange),
  };
}

async function have(
  model: string,
  wanted: ModelsWanted,
  signal: AbortSignal,
  onWhy: (why: string) => void,
): Promise<void> {
  const { url, giveUp, onProgress, firstDelayMs = FIRST_DELAY_MS } = wanted;
  let fruitless = 0;
  for (let delay = firstDelayMs; !signal.aborted; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    const facts = await probeOllama(url, 5000);
    if (facts !== null && hasModel(facts.models, model)) return;
    onWhy(`pulls ${model}`);
    let first: number | null = null;
    try {
      await pullModel({
        url,
        model,
        signal,
        onProgress: (progress) => {
          first ??= progress.done;
          // Bytes that arrive are a reason to go on.
          if (progress.done > first) {
            fruitless = 0;
            delay = firstDelayMs;
          }
          onProgress(progress);
        },
      });
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PullFailed)) throw error;
      if (giveUp === null && error.isFinal) throw modelUnavailable(wanted.resource, model, error);
      fruitless += 1;
      if (giveUp !== null && (error.isFinal || fruitless >= FRUITLESS)) {
        giveUp(`${model} cannot be pulled: ${error.message}`);
        return;
      }
      onWhy(`cannot pull ${model} (${error.message}); tries again`);
    } finally {
      onProgress(null);
    }
    await sleep(delay, undefined, { signal }).catch(() => undefined);
  }
}
