import type { DeliveryOutcome } from "../handling/deliver.ts";
import { errorType } from "./telemetry.ts";
import type { Attributes } from "./telemetry.ts";
import type { Observing } from "./open-telemetry.ts";
import { readTraceContext } from "./trace-context.ts";
import type { TraceContext } from "./trace-context.ts";

/**
 * Counts a delivery and traces its handling as a span of a consumer
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/): a child of the request that delivered it, with
 * a link to the span that published the event. So a delivery that is repeated, or made by a sidecar that traces by itself,
 * still names what it comes from.
 */
export async function observeDelivery(
  { telemetry, metrics }: Pick<Observing, "telemetry" | "metrics">,
  { agent, topic, body }: { readonly agent: string; readonly topic: string; readonly body: unknown },
  handle: () => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
  const began = performance.now();
  const start = () => {
    const published = publishedBy(body);
    return {
      name: `process ${topic}`,
      kind: "consumer",
      attributes: {
        ...attributesOf(body),
        "messaging.destination.name": topic,
        "messaging.consumer.group.name": agent,
      },
      links: published === null ? [] : [published],
    } as const;
  };
  return await telemetry.trace(start, async (span) => {
    const outcome = await handle();
    const result = resultOf(outcome);
    const failed =
      outcome.status === "RETRY" ? errorType(outcome.error) : outcome.status === "DROP" ? "dropped" : null;
    span.set({ "agents.delivery.result": result });
    if (outcome.status === "RETRY") span.fail(errorType(outcome.error), outcome.error);
    if (outcome.status === "DROP") span.fail("dropped", new Error(outcome.reason));
    metrics.delivery((performance.now() - began) / 1000, topic, result, failed);
    return outcome;
  });
}

function resultOf(outcome: DeliveryOutcome) {
  switch (outcome.status) {
    case "SUCCESS":
      return outcome.repeated ? "repeated" : "handled";
    case "DROP":
      return "dropped";
    case "RETRY":
      return "failed";
    default:
      return outcome satisfies never;
  }
}

/** The context that the event was published in. */
function publishedBy(body: unknown): TraceContext | null {
  return readTraceContext(member(body, "traceparent"), member(body, "tracestate"));
}

function attributesOf(body: unknown): Attributes {
  const text = (name: string): string | null => {
    const value = member(body, name);
    return typeof value === "string" ? value : null;
  };
  const correlation = member(member(member(body, "data"), "data"), "correlationId");
  return {
    "messaging.system": "dapr",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.message.id": text("id"),
    "messaging.message.conversation_id": typeof correlation === "string" ? correlation : null,
    "cloudevents.event_id": text("id"),
    "cloudevents.event_source": text("source"),
    "cloudevents.event_spec_version": text("specversion"),
    "cloudevents.event_type": text("type"),
    "cloudevents.event_subject": text("subject"),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
