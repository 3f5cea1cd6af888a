import { releaseMemory } from "../release-memory.ts";
import type { Settlement } from "../supervisor/settlement.ts";

/** Beyond what an agent that is ready still loads. */
const QUIET_MS = 1_000;

/** Once the start is over, what only that needed is given back. Disposing before then calls it off. */
export function releaseAfterStart(
  settled: Promise<Settlement>,
  host: { releaseMemory(): Promise<void> },
): Disposable {
  let over = false;
  let timer: NodeJS.Timeout | null = null;
  void settled.then(({ by }) => {
    // A start that goes on is not made slower; it keeps what it has.
    if (over || by !== "ready") return;
    timer = setTimeout(() => {
      releaseMemory();
      host.releaseMemory().catch(() => undefined); // it has ended, which gives back more
    }, QUIET_MS).unref();
  });
  return {
    [Symbol.dispose]() {
      over = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
