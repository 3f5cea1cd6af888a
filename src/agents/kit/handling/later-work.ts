import type { Lineage } from "../events/standard-event.ts";
import type { Logger } from "../log/logger.ts";
import { HandlerContext } from "./context.ts";
import type { WorkInFlight } from "./work-in-flight.ts";

/** What work that was left for later needs. */
interface Later {
  readonly inFlight: WorkInFlight;
  readonly log: Logger;
  /** Publishes what the work has committed. */
  readonly publish: (ctx: HandlerContext) => Promise<void>;
}

/** Runs work for which no caller waits, as part of the flow that left it. @throws Stopping */
export async function laterWork<Result>(
  { inFlight, log, publish }: Later,
  lineage: Lineage,
  work: (ctx: HandlerContext) => Promise<Result>,
): Promise<Result> {
  const { correlationId, traceparent } = lineage;
  // Nobody can go away who waits for it: only the stop aborts it.
  return await inFlight.run(new AbortController().signal, async (signal) => {
    const ctx = new HandlerContext({
      correlationId,
      lineage,
      event: null,
      depth: null,
      traceparent,
      signal,
      log: log.with({ correlationId }),
    });
    const result = await work(ctx);
    await publish(ctx);
    return result;
  });
}
