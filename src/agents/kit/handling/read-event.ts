import { MAX_DEPTH } from "../events/standard-event.ts";
import type { StandardEvent } from "../events/standard-event.ts";
import { DropEvent } from "./drop-event.ts";
import { readTraceContext } from "../telemetry/trace-context.ts";
import type { TraceContext } from "../telemetry/trace-context.ts";
import { trusted } from "../process/trusted.ts";

/** What a delivery carries, as far as it was understood. */
export interface Delivery {
  readonly event: StandardEvent;
  readonly depth: number;
  /** What it was published in. */
  readonly trace: TraceContext | null;
}

/**
 * Reads a delivered CloudEvent whose data is a standard event.
 *
 * @throws DropEvent with the reason: what cannot be read now cannot be read later.
 */
export function readDelivery(body: unknown, expectedType: string): Delivery {
  const envelope = object(body, "the CloudEvent");
  const data = object(envelope["data"], "its data (the standard event)");
  const inner = object(data["data"], "data.data of the standard event");
  const event: StandardEvent = {
    id: text(data, "id"),
    eventType: text(data, "eventType"),
    subject: text(data, "subject"),
    eventTime: text(data, "eventTime"),
    dataVersion: text(data, "dataVersion"),
    metadataVersion: text(data, "metadataVersion"),
    data: {
      correlationId: text(inner, "correlationId"),
      causationId: text(inner, "causationId"),
      agentId: text(inner, "agentId"),
      payload: inner["payload"],
    },
  };
  if (event.eventType !== expectedType) {
    throw new DropEvent(`The event is of type ${event.eventType}, expected ${expectedType}.`);
  }
  const depth = readDepth(envelope["agentsdepth"]);
  if (depth > MAX_DEPTH) {
    throw new DropEvent(
      `The chain of events is ${depth} deep; it is cut at ${MAX_DEPTH}. Do two agents answer each other?`,
    );
  }
  return { event, depth, trace: readTraceContext(envelope["traceparent"], envelope["tracestate"]) };
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return trusted<Readonly<Record<string, unknown>>>(value);
  }
  const found = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new DropEvent(`This is no standard event: ${what} is ${found}, expected an object.`);
}

function text(record: Readonly<Record<string, unknown>>, key: string): string {
  const value = record[key];
  if (typeof value === "string" && value !== "") return value;
  throw new DropEvent(
    `This is no standard event: ${key} is ${JSON.stringify(value) ?? "missing"}, expected text.`,
  );
}

/** Brokers may turn a number into text on its way. */
function readDepth(value: unknown): number {
  const depth = Number(value ?? 0);
  return Number.isInteger(depth) && depth >= 0 ? depth : 0;
}
