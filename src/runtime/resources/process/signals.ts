/** Sends a signal to one process (positive) or a whole group (negative). False: there is none, or not ours. */
export function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    // ESRCH: nobody there any more, which is what a kill is for. EPERM: changed its user; cannot be ours to end.
    return false;
  }
}

/** Asks a group to end. A stopped process (Ctrl-Z, debugger) gets the signal only once it runs again. */
export function ask(target: number): void {
  send(target, "SIGTERM");
  send(target, "SIGCONT");
}
