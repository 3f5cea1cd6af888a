import type { ExitCause } from "../model/snapshot.ts";
import type { Clock } from "./clock.ts";
import type { Life } from "./life.ts";
import type { SupervisedNode } from "./node.ts";
import { stubbornText } from "./texts.ts";

/** How often a stop that takes long is counted down. */
const COUNTDOWN_MS = 1_000;
/** Those who use it have at most so long, and so much of the grace, to let go of it before it is asked to end. */
const BEFORE_STOP_MS = 1_000;
const BEFORE_STOP_PART = 1 / 4;

/** Whose life is ended, and who hears that it takes long. */
export interface Stop {
  readonly node: SupervisedNode;
  readonly clock: Clock;
  readonly onTakesLong: (text: string) => void;
}

/** Ends a life: first those who use it are told, then it is asked, then it is killed. */
export async function haltLife(life: Life, cause: ExitCause, stop: Stop): Promise<void> {
  const { node, clock } = stop;
  life.abort.abort();
  // Without `running` its start is under way, has seen the abort, and gives back what it has.
  if (life.running === null) return;
  const graceMs = node.stopTimeoutMs;
  const since = clock.now();
  const beforeMs = Math.min(BEFORE_STOP_MS, graceMs * BEFORE_STOP_PART);
  const told = node.hooks?.beforeStop?.({ cause, graceMs: beforeMs });
  if (told !== undefined) {
    const over = AbortSignal.any([life.kill.signal, life.gone.signal]);
    await Promise.race([told.catch(() => undefined), clock.sleep(beforeMs, over)]);
  }
  await endLife(life, Math.max(0, graceMs - (clock.now() - since)), stop);
}

/** Asks it to end, and counts down to when it is killed. */
export async function endLife(life: Life, timeoutMs: number, stop: Stop): Promise<void> {
  const { running } = life;
  if (running === null || life.gone.signal.aborted) return;
  if (life.kill.signal.aborted) {
    await running.stop({ now: true });
    return;
  }
  void countDown(life, timeoutMs, stop);
  await running.stop({ timeoutMs });
}

async function countDown(life: Life, timeoutMs: number, { clock, onTakesLong }: Stop): Promise<void> {
  const deadline = clock.now() + timeoutMs;
  const over = AbortSignal.any([life.kill.signal, life.gone.signal]);
  for (;;) {
    await clock.sleep(COUNTDOWN_MS, over);
    if (over.aborted || clock.now() >= deadline) return;
    onTakesLong(stubbornText(deadline - clock.now()));
  }
}
