/**
 * What a benchmark has started and must give back, whichever way it ends: at the end of its row, after an error, or on
 * Ctrl-C. The last one in goes first.
 */
type Release = () => Promise<void> | void;

const releases = new Set<Release>();

/** Keeps `release` for the end; the result runs it now, once. */
export function own(release: Release): AsyncDisposable {
  releases.add(release);
  return {
    async [Symbol.asyncDispose]() {
      if (releases.delete(release)) await release();
    },
  };
}

/** Gives everything back on a signal, then ends as a process does that died of it. */
export function releaseOnSignals(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.once(signal, () => void releaseAll().finally(() => process.exit(code)));
  }
}

async function releaseAll(): Promise<void> {
  for (const release of [...releases].toReversed()) {
    releases.delete(release);
    // One that fails must not keep the others.
    await Promise.resolve(release()).catch((error: unknown) =>
      process.stderr.write(`bench: something could not be given back: ${String(error)}\n`),
    );
  }
}
