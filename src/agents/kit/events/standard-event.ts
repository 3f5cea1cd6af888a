import { readTraceContext } from "../telemetry/trace-context.ts";
import type { TraceContext } from "../telemetry/trace-context.ts";

/** What every event carries around its payload. */
export interface StandardEventData<Payload> {
  /** The same for everything that one request or root event causes. */
  readonly correlationId: string;
  /** Id of the event whose handling emitted this one; of a root, its correlation id. */
  readonly causationId: string;
  /** Name of the agent that emitted it. */
  readonly agentId: string;
  readonly payload: Payload;
}

/** The standard event schema. It travels as the data of a CloudEvent whose attributes mirror it. */
export interface StandardEvent<Payload = unknown> {
  readonly id: string;
  readonly eventType: string;
  /** What the event is about, as a path: `specs/4711`. */
  readonly subject: string;
  /** ISO 8601, UTC. */
  readonly eventTime: string;
  readonly dataVersion: string;
  readonly metadataVersion: string;
  readonly data: StandardEventData<Payload>;
}

/** The CloudEvent (1.0, structured JSON) that carries a standard event; its attributes repeat those of the event. */
export interface CloudEvent<Payload = unknown> {
  readonly specversion: "1.0";
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  /** How many events lie between this one and the root of its flow. */
  readonly agentsdepth: number;
  /** W3C trace context of the work that emitted it. */
  readonly traceparent?: string;
  readonly traceid?: string;
  readonly tracestate?: string;
  readonly data: StandardEvent<Payload>;
}

/** A chain of events deeper than this is cut: its next event is dropped, and so dead-lettered. */
export const MAX_DEPTH = 32;

/** What an emitted event inherits from the work that emits it. Plain JSON: it can be stored with work for later. */
export interface Lineage {
  /** The flow that the event belongs to. */
  readonly correlationId: string;
  /** Id of the event being handled; for a request, its correlation id. */
  readonly causationId: string;
  /** Depth that the emitted event gets: 0 for one that a request caused. */
  readonly depth: number;
  /** Where it belongs in a trace: W3C Trace Context. */
  readonly traceparent: string | null;
  readonly tracestate?: string | null | undefined;
}

/** Everything that an event is made of. */
interface EventParts {
  readonly id: string;
  readonly eventType: string;
  readonly subject: string;
  readonly eventTime: string;
  readonly dataVersion: string;
  readonly agentId: string;
  readonly payload: unknown;
  readonly lineage: Lineage;
}

/** The CloudEvent for an event that is emitted now. */
export function toCloudEvent(parts: EventParts): CloudEvent {
  const { id, eventType, subject, eventTime, dataVersion, agentId, payload, lineage } = parts;
  const { correlationId, causationId, depth } = lineage;
  const trace = readTraceContext(lineage.traceparent, lineage.tracestate);
  return {
    specversion: "1.0",
    id,
    type: eventType,
    source: `/agents/${agentId}`,
    subject,
    time: eventTime,
    datacontenttype: "application/json",
    agentsdepth: depth,
    ...(trace === null ? {} : traceAttributes(trace)),
    data: {
      id,
      eventType,
      subject,
      eventTime,
      dataVersion,
      metadataVersion: "1",
      data: { correlationId, causationId, agentId, payload },
    },
  };
}

/** The attributes that say where an event belongs. Both names: without `traceid` Dapr writes over `traceparent`. */
export function traceAttributes({
  traceparent,
  tracestate,
}: TraceContext): Pick<CloudEvent, "traceparent" | "traceid" | "tracestate"> {
  return { traceparent, traceid: traceparent, ...(tracestate === null ? {} : { tracestate }) };
}
