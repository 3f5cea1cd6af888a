import { takeCoverage } from "node:v8";

/**
 * Imported by a process whose coverage is measured: V8 writes down what was run when a process ends by itself, and never
 * when it is killed. SIGUSR2 kills it too, after that was written.
 */
process.on("SIGUSR2", () => {
  takeCoverage();
  process.kill(process.pid, "SIGKILL");
});
