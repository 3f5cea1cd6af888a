import type * as Esbuild from "esbuild";
import { AgentsError } from "../../model/errors.ts";

/**
 * esbuild runs as one child process per Node process. It is loaded at the first build that is really needed, and can be
 * given back in between: starting it again costs some 10 ms, while after a large build it keeps hundreds of megabytes.
 */
let working = 0;
let generation = 0;
/** The generation whose child process runs. */
let running = -1;
let loaded: Promise<typeof Esbuild> | null = null;

/**
 * By default Go collects its garbage whenever what is in use has doubled: half of the work of a rebuild. The child process
 * lives for a moment only, and is given back when it has become large.
 */
const GARBAGE_PERCENT = "400";

export interface EsbuildService {
  readonly esbuild: typeof Esbuild;
  /** Contexts belong to one generation of the child process and are worthless in the next. */
  readonly generation: number;
}

/**
 * Runs `work` with esbuild; if its child process died meanwhile, once more with a new one. Rejects with the signal's
 * reason as soon as nobody wants it any more: esbuild goes on with it for nobody, until it is released.
 */
export async function withEsbuild<T>(
  signal: AbortSignal,
  work: (service: EsbuildService) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { promise: unwanted, reject } = Promise.withResolvers<never>();
  const cut = (): void => reject(signal.reason);
  signal.addEventListener("abort", cut);
  working += 1;
  try {
    return await Promise.race([attempt(signal, work), unwanted]);
  } finally {
    working -= 1;
    signal.removeEventListener("abort", cut);
  }
}

async function attempt<T>(signal: AbortSignal, work: (service: EsbuildService) => Promise<T>): Promise<T> {
  loaded ??= import("esbuild");
  const esbuild = await loaded;
  signal.throwIfAborted();
  const before = generation;
  ensureRunning(esbuild);
  try {
    return await work({ esbuild, generation });
  } catch (error) {
    if (!isServiceGone(error)) throw error;
    signal.throwIfAborted();
    if (generation === before) await nextGeneration(esbuild);
  }
  ensureRunning(esbuild);
  return await work({ esbuild, generation }).catch(refuse);
}

/** The first call starts the child process, in the environment of that moment: nobody else is to get the setting. */
function ensureRunning(esbuild: typeof Esbuild): void {
  if (running === generation) return;
  running = generation;
  const { GOGC } = process.env;
  process.env["GOGC"] = GOGC ?? GARBAGE_PERCENT;
  try {
    // What fails here fails in the work, too, and is told there.
    esbuild.transform("").catch(() => undefined);
  } finally {
    if (GOGC === undefined) delete process.env["GOGC"];
    else process.env["GOGC"] = GOGC;
  }
}

/** Ends the child process, unless somebody is building right now. */
export async function releaseEsbuild(): Promise<void> {
  if (loaded === null || working > 0) return;
  const esbuild = await loaded;
  if (working === 0) await nextGeneration(esbuild);
}

async function nextGeneration(esbuild: typeof Esbuild): Promise<void> {
  generation += 1;
  await esbuild.stop();
}

function refuse(error: unknown): never {
  if (!isServiceGone(error)) throw error;
  throw new AgentsError("AGENTS_SPAWN_FAILED", `the bundler (esbuild) does not run: ${error.message}`, {
    hint: "Install it again: rm -rf node_modules/esbuild node_modules/@esbuild && npm install",
    cause: error,
  });
}

/** esbuild has no code for this; a build failure has `errors`, anything else is about its child process. */
function isServiceGone(error: unknown): error is Error {
  return error instanceof Error && !("errors" in error) && !(error instanceof AgentsError);
}
