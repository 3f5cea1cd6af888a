/** A place in a trace, as W3C Trace Context writes it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate: string | null;
}

/** Later versions may say more at the end; ids of zeros alone say that there is no trace, which is how Dapr says it. */
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]*)?$/u;

/** What came from outside as a trace context; null where it is none. */
export function readTraceContext(traceparent: unknown, tracestate: unknown): TraceContext | null {
  if (typeof traceparent !== "string" || !TRACEPARENT.test(traceparent)) return null;
  return { traceparent, tracestate: typeof tracestate === "string" && tracestate !== "" ? tracestate : null };
}

/**
 * Where work belongs that goes on, in a span of its own or in none, with what came. Not every sidecar sends the
 * `tracestate` beside the event; what vendors have put there belongs to the trace, and stays with it.
 */
export function continued(came: TraceContext | null, own: TraceContext | null): TraceContext | null {
  if (own === null || came === null || own.tracestate !== null) return own ?? came;
  return idsOf(own).traceId === idsOf(came).traceId ? { ...own, tracestate: came.tracestate } : own;
}

/** The two ids in it. */
export function idsOf({ traceparent }: TraceContext): { readonly traceId: string; readonly spanId: string } {
  return { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52) };
}
