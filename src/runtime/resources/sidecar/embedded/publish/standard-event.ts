/** What the journal takes from the event inside an envelope. */
export interface JournalFacts {
  readonly id: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly correlation: string | null;
  readonly causation: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** The CloudEvents type that Dapr gives where the publisher gave none: it says nothing, the topic says more. */
export const DAPR_DEFAULT_TYPE = "com.dapr.event.sent";

/**
 * Reads the facts from an envelope and the standard event that may be its data. The standard event's own id counts
 * (causation ids name it); where there is none, the CloudEvent's.
 */
export function journalFacts(envelope: Fields, data: unknown, topic: string, newId: () => string): JournalFacts {
  const standard = fieldsOf(data);
  const inner = standard === null ? null : fieldsOf(standard["data"]);
  const isStandard = standard !== null && inner !== null && text(standard["eventType"]) !== null;
  const envelopeType = text(envelope["type"]);
  return {
    id: (isStandard ? text(standard["id"]) : null) ?? text(envelope["id"]) ?? newId(),
    type:
      (isStandard ? text(standard["eventType"]) : null) ??
      (envelopeType === null || envelopeType === DAPR_DEFAULT_TYPE ? topic : envelopeType),
    source: text(envelope["source"]),
    subject: (isStandard ? text(standard["subject"]) : null) ?? text(envelope["subject"]),
    correlation: (isStandard ? text(inner["correlationId"]) : null) ?? text(envelope["correlationid"]),
    causation: (isStandard ? text(inner["causationId"]) : null) ?? text(envelope["causationid"]),
  };
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
