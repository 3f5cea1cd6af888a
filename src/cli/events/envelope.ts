import { randomUUID } from "node:crypto";

/** What decides an event that is published by hand. */
export interface ByHand {
  readonly eventType: string;
  readonly payload: unknown;
  readonly subject: string | null;
  readonly correlationId: string | null;
  readonly now: Date;
}

/** An event ready to be published. */
export interface Envelope {
  readonly id: string;
  readonly correlationId: string;
  /** The CloudEvent, structured JSON. */
  readonly body: string;
}

/**
 * The standard event as the data of a CloudEvent 1.0 that mirrors it. The command line is an agent like the others,
 * called `cli`; an event by hand starts a flow, so that its causation id is its correlation id.
 */
export function envelopeFor({ eventType, payload, subject, correlationId, now }: ByHand): Envelope {
  const id = randomUUID();
  const flow = correlationId ?? randomUUID();
  const about = subject ?? `cli/${id}`;
  const time = now.toISOString();
  const event = {
    id,
    eventType,
    subject: about,
    eventTime: time,
    dataVersion: "1.0",
    metadataVersion: "1",
    data: { correlationId: flow, causationId: flow, agentId: "cli", payload },
  };
  const cloudEvent = {
    specversion: "1.0",
    id,
    type: eventType,
    source: "/agents/cli",
    subject: about,
    time,
    datacontenttype: "application/json",
    agentsdepth: 0,
    data: event,
  };
  return { id, correlationId: flow, body: JSON.stringify(cloudEvent) };
}
