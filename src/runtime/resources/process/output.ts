import type { Readable } from "node:stream";

/** A pipe that is still open and says nothing for so long is held by somebody who is no longer ours. */
const QUIET_MS = 250;
/** … and one that never falls silent is left after so long. */
const LIMIT_MS = 2_000;

/**
 * Waits until the pipes of an ended process were read to their end. A process that escaped with the pipe cannot hold
 * this up: then the pipes are closed.
 */
export async function drain(streams: readonly Readable[]): Promise<void> {
  const open = streams.filter((stream) => !stream.closed);
  if (open.length === 0) return;
  const done = new AbortController();
  let quiet: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    let left = open.length;
    const restartQuiet = (): void => {
      clearTimeout(quiet);
      quiet = setTimeout(resolve, QUIET_MS);
    };
    const limit = setTimeout(resolve, LIMIT_MS);
    done.signal.addEventListener("abort", () => clearTimeout(limit));
    for (const stream of open) {
      stream.on("data", restartQuiet);
      done.signal.addEventListener("abort", () => stream.off("data", restartQuiet));
      stream.once("close", () => {
        left -= 1;
        if (left === 0) resolve();
      });
    }
    restartQuiet();
  });
  clearTimeout(quiet);
  done.abort();
  for (const stream of open) stream.destroy();
}
