/**
 * While this runs these signals do what they do to a process that does not listen: they end it. A listener would be heard
 * only when the code that runs now has come to its end.
 */
export function withDefaultSignals<T>(signals: readonly NodeJS.Signals[], run: () => T): T {
  const listening = signals.flatMap((signal) =>
    process.rawListeners(signal).map((listener) => ({ signal, listener: toListener(listener) })),
  );
  for (const { signal, listener } of listening) process.removeListener(signal, listener);
  const putBack = (): void => {
    for (const { signal, listener } of listening) process.on(signal, listener);
  };
  let waits = false;
  try {
    const result = run();
    if (!(result instanceof Promise)) return result;
    waits = true;
    void result.then(putBack, putBack);
    return result;
  } finally {
    if (!waits) putBack();
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unsafe-function-type -- what was given as one
const toListener = (listener: Function): NodeJS.SignalsListener => listener as NodeJS.SignalsListener;
