import { setTimeout as sleep } from "node:timers/promises";

const FOR_MS = 60_000;
const EVERY_MS = 500;

/** `--wait`: asks a sidecar on this machine until it is ready for calls. Gives the exit code. */
export async function untilOutbound(port: string): Promise<number> {
  const until = performance.now() + FOR_MS;
  while (performance.now() < until) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/v1.0/healthz/outbound`);
      await answer.body?.cancel();
      if (answer.status >= 200 && answer.status <= 299) return 0;
    } catch {
      // It does not listen yet.
    }
    await sleep(EVERY_MS);
  }
  process.stderr.write(`no sidecar on port ${port} was ready within ${FOR_MS / 1000} s\n`);
  return 1;
}
