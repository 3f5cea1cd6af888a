import { AsyncLocalStorage } from "node:async_hooks";
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";

/** An error that nobody caught, in a timer, a promise or the like that a config began. */
export interface StrayError {
  /** The config. */
  readonly file: string;
  readonly error: unknown;
}

/** Tells what a config's code began from everything else, however deep in Node it fails. */
const begunBy = new AsyncLocalStorage<string>();
let hasRun = false;
let listener: (stray: StrayError) => void = ({ file, error }) =>
  void process.stderr.write(`warning: ${strayText({ file, error })}\n`);

/** Runs the code of a config, so that what it leaves running is known to be its own. */
export function runAsConfig<T>(file: string, run: () => T): T {
  if (!hasRun) {
    hasRun = true;
    process.on("unhandledRejection", (reason) => {
      if (takeStray(reason)) return;
      throw reason instanceof Error ? reason : new Error(`rejected with ${String(reason)}`);
    });
    // The main thread's own listener asks by itself.
    if (!isMainThread)
      process.on("uncaughtException", (error) => {
        if (!takeStray(error)) throw error;
      });
  }
  return begunBy.run(file, run);
}

/** Whether there may be something that runs on although all is done. */
export function hasRunConfig(): boolean {
  return hasRun;
}

/** To be asked where an error arrives that nobody caught: true when it is a config's, which is told then. */
export function takeStray(error: unknown): boolean {
  const file = begunBy.getStore();
  if (file === undefined) return false;
  listener({ file, error });
  return true;
}

/** Told of a config's errors instead of whoever was told before, until it is disposed. */
export function onStrayError(told: (stray: StrayError) => void): Disposable {
  const before = listener;
  listener = told;
  return { [Symbol.dispose]: () => void (listener = before) };
}

/** For people, with what to do. */
export function strayText({ file, error }: StrayError): string {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${basename(file)} left something running that failed: ${what.replace(/\.?$/, ".")} A config is plain data: it waits for nothing, and leaves no timer, request or promise behind.`;
}
