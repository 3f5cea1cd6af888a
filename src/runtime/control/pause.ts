import { setTimeout as delay } from "node:timers/promises";

/** Rejects with the signal's own reason, not with the timer's word for it. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
}
