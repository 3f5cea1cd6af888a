import type { Lineage } from "../events/standard-event.ts";
import type { Logger } from "../log/logger.ts";
import type { SpanStart, Telemetry } from "../telemetry/telemetry.ts";
import { readTraceContext } from "../telemetry/trace-context.ts";
import { HandlerContext } from "./context.ts";
import type { WorkInFlight } from "./work-in-flight.ts";

/** What work that was left for later needs. */
interface Later {
  readonly inFlight: WorkInFlight;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  /** Publishes what the work has committed. */
  readonly publish: (ctx: HandlerContext) => Promise<void>;
}

/** Runs work for which no caller waits, as part of the flow that left it. @throws Stopping */
export async function laterWork<Result>(
  { inFlight, log, telemetry, publish }: Later,
  lineage: Lineage,
  work: (ctx: HandlerContext) => Promise<Result>,
): Promise<Result> {
  const { correlationId } = lineage;
  const start = (): SpanStart => ({
    name: "later work",
    kind: "internal",
    parent: readTraceContext(lineage.traceparent, lineage.tracestate),
    attributes: { "agents.correlation_id": correlationId },
  });
  // Nobody can go away who waits for it: only the stop aborts it.
  return await inFlight.run(new AbortController().signal, (signal) =>
    telemetry.trace(start, async ({ context }) => {
      const ctx = new HandlerContext({
        correlationId,
        lineage: { ...lineage, ...context },
        event: null,
        depth: null,
        traceparent: null,
        signal,
        log: log.with({ correlationId }),
      });
      const result = await work(ctx);
      await publish(ctx);
      return result;
    }),
  );
}
