/** Calls `stop` on the first SIGTERM or SIGINT; a second one ends the process at once. */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let asked = false;
  const handle = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(signal === "SIGINT" ? 130 : 143);
    asked = true;
    stop(signal);
  };
  process.on("SIGTERM", handle);
  process.on("SIGINT", handle);
}
