/** A second Ctrl-C within this time is the same one: npm passes on what the terminal sent to both. */
const SAME_PRESS_MS = 300;

export interface StopSignals {
  /** Ctrl-C, a closed terminal, or SIGTERM, for the first time. */
  readonly onStop: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void;
  /** Ctrl-C again, once. */
  readonly onAgain: () => void;
  /** Ctrl-C for the third time: whoever asks so often does not want to wait for anything. */
  readonly onEnough: () => void;
}

/** Listens for the signals that end a run. */
export function listenForStop({ onStop, onAgain, onEnough }: StopSignals): Disposable {
  let last: number | null = null;
  let wasAgain = false;
  const listeners = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const listener = (): void => {
      const now = performance.now();
      if (last === null) {
        last = now;
        onStop(signal);
      } else if (signal === "SIGINT" && now - last > SAME_PRESS_MS) {
        last = now;
        if (wasAgain) return onEnough();
        wasAgain = true;
        onAgain();
      }
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return { [Symbol.dispose]: () => listeners.forEach((remove) => remove()) };
}
