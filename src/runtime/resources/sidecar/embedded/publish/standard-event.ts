import { isFields, type Fields } from "../../../../journal/fields.ts";

/** What the journal takes from the event inside an envelope. */
export interface JournalFacts {
  readonly id: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly correlation: string | null;
  readonly causation: string | null;
}

/** The CloudEvents type that Dapr gives where the publisher gave none: it says nothing, the topic says more. */
export const DAPR_DEFAULT_TYPE = "com.dapr.event.sent";

/**
 * Reads the facts from an envelope and the standard event that may be its data. The standard event's own id counts
 * (causation ids name it); where there is none, the CloudEvent's.
 */
export function journalFacts(
  envelope: Fields,
  data: unknown,
  topic: string,
  newId: () => string,
): JournalFacts {
  const standard = isFields(data) && isFields(data["data"]) && text(data["eventType"]) !== null ? data : null;
  const inner = standard !== null && isFields(standard["data"]) ? standard["data"] : null;
  const envelopeType = text(envelope["type"]);
  return {
    id: text(standard?.["id"]) ?? text(envelope["id"]) ?? newId(),
    type:
      text(standard?.["eventType"]) ??
      (envelopeType === null || envelopeType === DAPR_DEFAULT_TYPE ? topic : envelopeType),
    source: text(envelope["source"]),
    subject: text(standard?.["subject"]) ?? text(envelope["subject"]),
    correlation: text(inner?.["correlationId"]) ?? text(envelope["correlationid"]),
    causation: text(inner?.["causationId"]) ?? text(envelope["causationid"]),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
