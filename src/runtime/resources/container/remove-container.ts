import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { isNotFound, statusOf } from "./docker-failure.ts";

const PAUSE_MS = 50;
const LIMIT_MS = 10_000;

/**
 * Removes a container, running or not, with its anonymous volumes; named ones stay. Resolves when it is gone, also where
 * somebody else is removing it.
 */
export async function removeContainer(container: Docker.Container): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      await container.remove({ force: true, v: true });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      // 409: its removal is under way.
      if (statusOf(error) !== 409 || performance.now() > deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
