/** A second Ctrl-C within this time is the same one: npm passes on what the terminal sent to both. */
const SAME_PRESS_MS = 300;

export interface StopSignals {
  /** Ctrl-C, a closed terminal, or SIGTERM, for the first time. */
  readonly onStop: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void;
  /** Ctrl-C again, once. */
  readonly onAgain: () => void;
}

/** Listens for the signals that end a run. */
export function listenForStop({ onStop, onAgain }: StopSignals): Disposable {
  let first: number | null = null;
  let wasAgain = false;
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const listener = (): void => {
      const now = performance.now();
      if (first === null) {
        first = now;
        onStop(signal);
      } else if (signal === "SIGINT" && !wasAgain && now - first > SAME_PRESS_MS) {
        wasAgain = true;
        onAgain();
      }
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return { [Symbol.dispose]: () => listeners.forEach((remove) => remove()) };
}
