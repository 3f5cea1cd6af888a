import { traceAttributes } from "../events/standard-event.ts";
import type { CloudEvent } from "../events/standard-event.ts";
import type { Publish } from "../outbox/outbox.ts";
import type { Observing } from "./open-telemetry.ts";
import { errorType } from "./telemetry.ts";
import type { SpanStart } from "./telemetry.ts";
import { readTraceContext } from "./trace-context.ts";
import type { TraceContext } from "./trace-context.ts";

/**
 * Counts each publishing and traces it as a span of a producer, whose context travels with the event. It continues what
 * the event in the outbox names, so that one which is published late, even by another process, stays in its trace.
 */
export function observedPublish(
  { telemetry, metrics }: Pick<Observing, "telemetry" | "metrics">,
  publish: Publish,
): Publish {
  return async (event) => {
    const began = performance.now();
    const count = (error: string | null): void => {
      metrics.publish((performance.now() - began) / 1000, event.type, error);
    };
    try {
      await telemetry.trace(
        () => spanOf(event),
        ({ context }) => publish(context === null ? event : published(event, context)),
      );
      count(null);
    } catch (error) {
      count(errorType(error));
      throw error;
    }
  };
}

function spanOf(event: CloudEvent): SpanStart {
  return {
    name: `publish ${event.type}`,
    kind: "producer",
    parent: readTraceContext(event.traceparent, event.tracestate),
    attributes: {
      "messaging.system": "dapr",
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
      "messaging.destination.name": event.type,
      "messaging.message.id": event.id,
      "messaging.message.conversation_id": event.data.data.correlationId,
      "cloudevents.event_id": event.id,
      "cloudevents.event_source": event.source,
      "cloudevents.event_spec_version": event.specversion,
      "cloudevents.event_type": event.type,
      "cloudevents.event_subject": event.subject,
    },
  };
}

function published(event: CloudEvent, context: TraceContext): CloudEvent {
  const { tracestate: _, ...rest } = event;
  return { ...rest, ...traceAttributes(context) };
}
